"""The dialect of KoboldAI and KoboldCpp: `/api/v1/*` and `/api/extra/*`."""
