create index contacts_name_trgm on contacts using gin (name gin_trgm_ops);
create index contacts_owner on contacts(owner_id);
create index opps_owner_stage_amount on opps(owner_id, stage_id, amount desc);
create index opps_contact on opps(contact_id);
create index opps_pipeline on opps(stage_id) include (amount);
