#include "http/server/multipart.h"

#include <gtest/gtest.h>

namespace boltseal::http {
namespace {

constexpr const char* kDisposition = "Content-Disposition: form-data; name=\"files\"; filename=\"root\"\r\n";

std::string part(const std::string& header, const std::string& data) {
  return "--b\r\n" + header + "\r\n" + data + "\r\n";
}

TEST(Multipart, ReadsWhatANotaryClientSends) {
  const std::string body =
      part(std::string(kDisposition) + "Content-Type: application/octet-stream\r\n", "{\"signed\"}") +
      part("Content-Disposition: form-data; name=\"files\"; filename=\"targets/releases\"\r\n", "\r\n--a\n") +
      "--b--\r\n";
  const auto parts = parse_multipart(body, "b");
  ASSERT_TRUE(parts) << parts.error().what();
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].name, "files");
  EXPECT_EQ((*parts)[0].filename, "root");
  EXPECT_EQ((*parts)[0].content_type, "application/octet-stream");
  EXPECT_EQ((*parts)[0].data, "{\"signed\"}");
  EXPECT_EQ((*parts)[1].filename, "targets/releases");  // no directory is cut off
  EXPECT_EQ((*parts)[1].data, "\r\n--a\n");
}

TEST(Multipart, EdgesThatAreLegal) {
  // What Go's writer makes of no parts: docker sends it when it has nothing new to publish.
  const auto nothing = parse_multipart("\r\n--b--\r\n", "b");
  ASSERT_TRUE(nothing) << nothing.error().what();
  EXPECT_TRUE(nothing->empty());
  EXPECT_TRUE(parse_multipart("--b--", "b")->empty());
  EXPECT_TRUE(parse_multipart("--b--\r\n", "b")->empty());
  const auto blanks = parse_multipart("--b \t\r\n\r\n\r\n--b--", "b");
  ASSERT_TRUE(blanks);
  EXPECT_EQ(blanks->front().filename, std::nullopt);
  EXPECT_EQ(blanks->front().data, "");
  const auto quoted = parse_multipart(
      part("content-disposition: FORM-DATA; filename=\"a\\\"b\\\\\"\r\n", "x") + "--b--", "b");
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->front().filename, "a\"b\\");
  const auto empty = parse_multipart("--b\r\nX: y\r\n\r\n--b--", "b");  // shares the CRLF of the blank line
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->front().data, "");
}

TEST(Multipart, MalformedBodiesAreErrors) {
  const std::string d = kDisposition;
  const std::string bad[] = {
      "",
      "x",
      "--b",
      "--b\r\n",
      "--c--",
      "preamble\r\n--b--",
      "--b--epilogue",
      "--b\n" + d + "\r\nx\r\n--b--",
      "--b\r\n" + d,
      "--b\r\n" + d + "\r\nx",
      "--b\r\n" + d + "\r\nx\r\n--bc\r\n",
      "--b\r\n" + d + "\r\nx--b--",
      part("no colon\r\n", "x") + "--b--",
      part(" folded: x\r\n", "x") + "--b--",
      part("X: \x01\r\n", "x") + "--b--",
      part(d + d, "x") + "--b--",
      part("Content-Disposition: attachment; filename=\"root\"\r\n", "x") + "--b--",
      part("Content-Disposition: form-data; filename=\"root\r\n", "x") + "--b--",
      part("Content-Disposition: form-data; filename=\"a\\b\"\r\n", "x") + "--b--",
      part("Content-Disposition: form-data; filename=a; filename=b\r\n", "x") + "--b--",
      part("Content-Disposition: form-data; filename*=utf-8''a\r\n", "x") + "--b--",
      part("Content-Disposition: form-data filename=a\r\n", "x") + "--b--",
      part(d + "Content-Transfer-Encoding: base64\r\n", "x") + "--b--",
      part("Content-Type: a/b\r\nContent-Type: a/b\r\n", "x") + "--b--",
  };
  for (const std::string& body : bad) {
    const auto parts = parse_multipart(body, "b");
    ASSERT_FALSE(parts) << body;
    EXPECT_EQ(parts.error().code(), ErrorCode::bad_format) << body;
  }
}

TEST(Multipart, EveryCutBodyIsAnError) {
  const std::string whole = part(kDisposition, "data") + "--b--";
  ASSERT_TRUE(parse_multipart(whole, "b"));
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(parse_multipart(whole.substr(0, n), "b")) << n;
}

TEST(Multipart, IsBounded) {
  MultipartLimits limits;
  limits.parts = 2;
  limits.headers_per_part = 2;
  limits.header_bytes = 100;
  const std::string one = part("X: y\r\n", "");
  EXPECT_TRUE(parse_multipart(one + one + "--b--", "b", limits));
  const std::string bad[] = {
      one + one + one + "--b--", part("X: y\r\nX: y\r\nX: y\r\n", "") + "--b--",
      part("X: " + std::string(200, 'y') + "\r\n", "") + "--b--",
      part("X: " + std::string(48, 'y') + "\r\nX: " + std::string(48, 'y') + "\r\n", "") + "--b--"};
  for (const std::string& body : bad) {
    const auto parts = parse_multipart(body, "b", limits);
    ASSERT_FALSE(parts);
    EXPECT_EQ(parts.error().code(), ErrorCode::limit_exceeded);
  }
}

TEST(Multipart, BoundaryIsTakenFromTheContentType) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc").value(), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=x ; boundary=\"a b:c\"").value(), "a b:c");
  for (const char* bad :
       {"", "text/plain", "multipart/mixed; boundary=a", "multipart/form-data",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=\"a\x80\"", "multipart/form-data; boundary=a b"}) {
    EXPECT_FALSE(multipart_boundary(bad)) << bad;
  }
  EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}

}  // namespace
}  // namespace boltseal::http
