"""The dialect of KoboldAI and KoboldCpp: `/api/v1/*`, which `/api/latest/*` is another name for, and `/api/extra/*`."""
