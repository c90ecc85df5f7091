// links: http/client
// Docker's config.json and NOTARY_AUTH.
#include "http/client/credentials.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace boltseal::http;
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)parse_notary_auth(text);
  auto config = DockerConfig::parse(text);
  if (!config) return 0;
  config->cred_helpers.clear();  // no programs are run here
  config->creds_store.clear();
  const auto source = docker_credentials(std::move(*config));
  (void)source->find("docker.io");
  (void)source->find("127.0.0.1:5000");
  return 0;
}
