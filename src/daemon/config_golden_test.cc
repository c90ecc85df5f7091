// Configuration files in, effective configuration and warnings (or the error) out: tests/golden/config.
// NAME.env holds variables; NAME_server.json is also joined with NAME_signer.json. BOLTSEAL_UPDATE_GOLDEN=1
// rewrites the *.out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "daemon/config_file.h"

namespace boltseal::daemon {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(BOLTSEAL_SOURCE_DIR) / "tests/golden/config";

std::string content(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::map<std::string, std::string> variables(const fs::path& file) {
  std::map<std::string, std::string> out;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    out[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  return out;
}

std::string outcome(const ConfigSource& source, const std::map<std::string, std::string>& environment) {
  const auto loaded = read_config(source, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  });
  std::string text;
  if (!loaded) {
    text = "error: " + loaded.error().what() + "\n  " + loaded.error().hint() + "\n";
  } else {
    for (const std::string& warning : loaded->warnings) text += "warning: " + warning + "\n";
    const std::string printed = print_config(loaded->config);
    text += printed;
    const auto again = parse_config(printed, "");
    EXPECT_TRUE(again) << source.path << ": " << again.error().what();
    if (again) {
      EXPECT_EQ(print_config(*again), printed) << source.path;
    }
  }
  for (std::size_t at; (at = text.find(kFolder.string())) != std::string::npos;)
    text.replace(at, kFolder.string().size(), "/etc/notary");
  return text;
}

void expect_golden(const std::string& name, const std::string& got) {
  const fs::path path = kFolder / (name + ".out");
  if (std::getenv("BOLTSEAL_UPDATE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(path) << got;
    return;
  }
  EXPECT_EQ(got, content(path)) << name;
}

TEST(ConfigGolden, FileInEffectiveConfigurationOut) {
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    const std::string name = entry.path().stem().string();
    const std::string got = outcome({.path = entry.path().string()}, variables(kFolder / (name + ".env")));
    EXPECT_EQ(got.starts_with("error: "), name.starts_with("refused_")) << name << ": " << got;
    for (const char* secret : {"hidden", "pa%40ss", "signer:password", "secret"})
      EXPECT_THAT(got, ::testing::Not(::testing::HasSubstr(secret))) << name;
    expect_golden(name, got);
  }
  EXPECT_GT(files, 20u);
}

TEST(ConfigGolden, TwoOldFilesInOneProcess) {
  for (const std::string name : {"compose", "harbor"}) {
    const std::string signer = (kFolder / (name + "_signer.json")).string();
    expect_golden(name + "_joined",
                  outcome({.path = (kFolder / (name + "_server.json")).string(), .signer_path = signer},
                          variables(kFolder / (name + "_signer.env"))));
  }
}

}  // namespace
}  // namespace boltseal::daemon
