// Text from outside does not turn into text of ours.
#include <string>

#include "base/untrusted.h"

void show(const std::string& text);

void control(const boltseal::Untrusted& text) { show(text.escaped()); }

#ifdef BOLTSEAL_MUST_FAIL
void use(const boltseal::Untrusted& text) { show(text); }
#endif
