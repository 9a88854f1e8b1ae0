"""Run → why: forecasts before, findings and verdicts afterwards. Pure; trains nothing except where it says so (bisection)."""
