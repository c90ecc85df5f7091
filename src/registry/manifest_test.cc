#include "registry/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "crypto/digest.h"

namespace boltseal::registry {
namespace {

const std::string kA = "sha256:" + std::string(64, 'a');

std::string descriptor(const std::string& type, const std::string& extra = {}) {
  return R"({"mediaType":")" + type + R"(","digest":")" + kA + R"(","size":7)" + extra + "}";
}
std::string image(const std::string& type, const std::string& extra = {}) {
  return R"({"schemaVersion":2,)" + (type.empty() ? "" : "\"mediaType\":\"" + type + "\",") + R"("config":)" +
         descriptor("application/vnd.oci.image.config.v1+json") + R"(,"layers":[)" + descriptor("l") + "]" +
         extra + "}";
}
std::string index(const std::string& type, const std::string& platforms) {
  return R"({"schemaVersion":2,)" + (type.empty() ? "" : "\"mediaType\":\"" + type + "\",") +
         R"("manifests":[)" + platforms + "]}";
}
ErrorCode code(const std::string& text, std::string_view header = {}) {
  const auto m = parse_manifest(text, header);
  return m ? ErrorCode::internal : m.error().code();
}

TEST(Manifest, KindComesFromTheBytes) {
  for (const auto type : {kDockerImage, kOciImage}) {
    const auto m = parse_manifest(image(std::string(type)), type).value();
    EXPECT_EQ(m.media_type(), type);
    EXPECT_EQ(m.config->size, 7);
    EXPECT_EQ(m.layers.size(), 1u);
  }
  for (const auto type : {kDockerList, kOciIndex})
    EXPECT_EQ(parse_manifest(index(std::string(type), descriptor("x"))).value().media_type(), type);
  EXPECT_EQ(parse_manifest(image("")).value().kind, ManifestKind::oci_image);
  EXPECT_EQ(parse_manifest(index("", "")).value().kind, ManifestKind::oci_index);
  const auto text = image(std::string(kOciImage));
  EXPECT_EQ(parse_manifest(text).value().digest, crypto::digest_of(text));
}

// SECURITY rule 5.
TEST(Manifest, RefusesAmbiguousBytes) {
  const auto oci = std::string(kOciImage);
  for (const auto& text : {
           image(oci, R"(,"manifests":[])"),
           image(std::string(kOciIndex), R"(,"manifests":[])"),
           image(std::string(kOciIndex)),
           index(oci, descriptor("x")),
           image("application/vnd.oci.artifact.manifest.v1+json"),
           image(oci, R"(,"layers":[])"),
           image(oci, R"(,"Layers":[])"),
           image(oci, R"(,"Manifests":[])"),
           image(oci, R"(,"MANIFESTS":null)"),
           image(oci, R"(,"mediatype":"x")"),
           image(oci, R"(,"l\u0061yers":[])"),
           image(oci, R"(,"fsLayers":[])"),
           image(oci, R"(,"signatures":[])"),
           image(oci, R"(,"subject":null)"),
           image(oci, R"(,"subject":{"mediaType":"x"})"),
           std::string(R"({"schemaVersion":1,"name":"x","tag":"y","fsLayers":[],"history":[]})"),
           std::string(R"({"schemaVersion":2})"),
           std::string(R"({"schemaVersion":2,"layers":[]})"),
           std::string(R"({"schemaVersion":"2","manifests":[]})"),
           std::string(R"({"schemaVersion":2,"manifests":{}})"),
           std::string(R"({"manifests":[]})"),
           std::string("[]"),
           std::string(""),
           std::string("null"),
           std::string("{} {}"),
       })
    EXPECT_EQ(code(text), ErrorCode::bad_manifest) << text;
}

TEST(Manifest, DockersFormNeedsItsType) {
  const std::string text = R"({"schemaVersion":2,"config":)" +
                           descriptor("application/vnd.docker.container.image.v1+json") + R"(,"layers":[]})";
  EXPECT_EQ(code(text), ErrorCode::bad_manifest);
}

TEST(Manifest, RefusesBadDescriptors) {
  for (const char* entry : {R"({"mediaType":"x","digest":"sha512:aa","size":1})",
                            R"({"mediaType":"x","digest":"sha256:AA","size":1})",
                            R"({"mediaType":"x","size":1})", R"({"digest":"x","size":1})", R"("x")"})
    EXPECT_EQ(code(index("", entry)), ErrorCode::bad_manifest) << entry;
  EXPECT_EQ(code(index("", R"({"mediaType":"x","digest":")" + kA + R"(","size":-1})")),
            ErrorCode::bad_manifest);
  EXPECT_EQ(code(index("", R"({"mediaType":"x","digest":")" + kA + R"(","size":1.5})")),
            ErrorCode::bad_manifest);
}

TEST(Manifest, HeaderMustAgree) {
  EXPECT_EQ(code(image(std::string(kOciImage)), kDockerImage), ErrorCode::media_type_differs);
  EXPECT_EQ(code(image(""), kDockerImage), ErrorCode::media_type_differs);
  EXPECT_TRUE(parse_manifest(image(std::string(kOciImage)), std::string(kOciImage) + "; charset=utf-8"));
}

TEST(Manifest, IsBounded) {
  EXPECT_EQ(code(std::string(limits::kManifestBytes + 1, ' ')), ErrorCode::limit_exceeded);
}

std::string edge(const std::string& os, const std::string& arch, const std::string& variant, char digit) {
  return R"({"mediaType":"m","digest":"sha256:)" + std::string(64, digit) +
         R"(","size":1,"platform":{"os":")" + os + R"(","architecture":")" + arch + "\"" +
         (variant.empty() ? "" : ",\"variant\":\"" + variant + "\"") + "}}";
}

TEST(Manifest, ChoosesThePlatform) {
  const auto m =
      parse_manifest(index("", edge("linux", "amd64", "", '1') + "," + edge("linux", "arm", "v6", '2') + "," +
                                   edge("linux", "arm", "v7", '3') + "," + edge("linux", "arm64", "v8", '4') +
                                   "," + edge("unknown", "unknown", "", '5') + "," +
                                   edge("windows", "amd64", "", '6')))
          .value();
  const auto chosen = [&](const char* text) {
    const auto* found = m.edge_for(parse_platform(text).value());
    return found == nullptr ? std::string("none") : found->descriptor.digest.hex().substr(0, 1);
  };
  EXPECT_EQ(chosen("linux/amd64"), "1");
  EXPECT_EQ(chosen("linux/x86_64"), "1");
  EXPECT_EQ(chosen("linux/arm"), "3");
  EXPECT_EQ(chosen("linux/arm/v7"), "3");
  EXPECT_EQ(chosen("linux/arm/v6"), "2");
  EXPECT_EQ(chosen("linux/arm/v5"), "none");
  EXPECT_EQ(chosen("linux/arm64"), "4");
  EXPECT_EQ(chosen("linux/aarch64/v8"), "4");
  EXPECT_EQ(chosen("windows/amd64"), "6");
  EXPECT_EQ(chosen("unknown/unknown"), "none");
  EXPECT_FALSE(m.edges[4].platform);
}

TEST(Manifest, Platforms) {
  EXPECT_EQ(to_string(parse_platform("linux/arm64/v8").value()), "linux/arm64/v8");
  for (const char* bad : {"", "arm64", "linux/", "/arm", "linux/arm/", "linux/arm/v7/x", "a b/c"})
    EXPECT_FALSE(parse_platform(bad)) << bad;
}

}  // namespace
}  // namespace boltseal::registry
