// A file that was parsed is not one that was verified.
#include "tuf/file.h"

using namespace boltseal::tuf;

void act_upon(const Trusted<Targets>& targets);

void control(const Trusted<Targets>& targets) { act_upon(targets); }

#ifdef BOLTSEAL_MUST_FAIL
void use(const Unverified<Targets>& targets) { act_upon(targets); }
#endif
