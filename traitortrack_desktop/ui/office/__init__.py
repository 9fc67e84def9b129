"""The administrators' screens of the station's window: accounts, sign-ins, stations, audit, own password."""
