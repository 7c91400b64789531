"""The shape of a hotline's demand: from daily counts to effects with errors, a forecast with a band, and days drawn."""
