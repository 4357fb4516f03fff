"""An office of salespeople as the page benchmark needs it: its records, its people, and what they look at."""
