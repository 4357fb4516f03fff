"""The one door to records.

Writing: `service.Records`. Reading: `reading.Reading` (lists and single records), `piles.Piles` (the first of several
lists at once), `aggregation.Aggregating`, `search.Searching`, `history_reading.HistoryReading`; what they are asked is a
`query.Query`, what they answer is in `page`. Rights, validation, history and events cannot be forgotten, because there is no other way in or out.
"""
