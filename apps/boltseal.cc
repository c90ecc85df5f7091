// The client. Which personality runs is the program's own name.
#include <string>
#include <vector>

#include "base/secret.h"
#include "cli/boltseal/commands.h"

int main(int argc, char** argv) {
  boltseal::forbid_core_dumps();
  return boltseal::cli::boltseal_main(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
