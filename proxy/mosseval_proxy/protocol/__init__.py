"""HTTP as uvicorn speaks it for the gateway: bounded heads, departures, one write an answer, broken connections."""
