// Nor into a stream.
#include <ostream>

#include "base/secret.h"

void control(std::ostream& out, const boltseal::Secret& secret) { out << secret.size(); }

#ifdef BOLTSEAL_MUST_FAIL
void use(std::ostream& out, const boltseal::Secret& secret) { out << secret; }
#endif
