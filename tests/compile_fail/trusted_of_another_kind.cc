// A verified snapshot is no verified timestamp.
#include "tuf/file.h"

using namespace boltseal::tuf;

void act_upon(const Trusted<Timestamp>& timestamp);

void control(const Trusted<Timestamp>& timestamp) { act_upon(timestamp); }

#ifdef BOLTSEAL_MUST_FAIL
void use(const Trusted<Snapshot>& snapshot) { act_upon(snapshot); }
#endif
