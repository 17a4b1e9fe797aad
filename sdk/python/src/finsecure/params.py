"""What each operation may be given, as TypedDicts: `finsecure.params.CreatePaymentIntentParams`."""

from finsecure._generated.params import *  # noqa: F403  because the contract says which these are
