// Copies of secrets are made by clone() alone, where a reader sees them.
#include "base/secret.h"

boltseal::Secret control(const boltseal::Secret& secret) { return secret.clone(); }

#ifdef BOLTSEAL_MUST_FAIL
boltseal::Secret use(const boltseal::Secret& secret) { return secret; }
#endif
