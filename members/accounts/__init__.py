"""Who somebody is: signing in, proving an address, and how often one may ask."""
