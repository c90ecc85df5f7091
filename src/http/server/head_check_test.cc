#include "http/server/head_check.h"

#include <gtest/gtest.h>

#include <string>

#include "http/server/h1_parser.h"

namespace boltseal::http {
namespace {

struct Case {
  const char* name;
  std::string head;
  int status;  // 0: accepted
};

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }

const Case kCases[] = {
    {"plain", get("Host: a\r\n"), 0},
    {"host with port", get("Host: a.example:4443\r\n"), 0},
    {"host v6", get("Host: [::1]:80\r\n"), 0},
    {"length", get("Host: a\r\nContent-Length: 3\r\n"), 0},
    {"chunked", get("Host: a\r\nTransfer-Encoding: chunked\r\n"), 0},
    {"chunked, other case", get("Host: a\r\ntransfer-encoding: CHUNKED\r\n"), 0},
    {"tab around a value", get("Host:\ta\t\r\n"), 0},
    {"high bytes in a value", get("Host: a\r\nX: \xc3\xa4\r\n"), 0},
    {"empty value", get("Host: a\r\nX:\r\n"), 0},
    {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 0},
    {"absolute form", "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"options star", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0},

    {"both framings", get("Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"both framings, turned", get("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n"), 400},
    {"both framings, length 0", get("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n"), 400},
    {"two lengths", get("Host: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n"), 400},
    {"two equal lengths", get("Host: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n"), 400},
    {"listed lengths", get("Host: a\r\nContent-Length: 3, 3\r\n"), 400},
    {"length with plus", get("Host: a\r\nContent-Length: +3\r\n"), 400},
    {"length with minus", get("Host: a\r\nContent-Length: -3\r\n"), 400},
    {"length in hex", get("Host: a\r\nContent-Length: 0x3\r\n"), 400},
    {"length with blank inside", get("Host: a\r\nContent-Length: 1 1\r\n"), 400},
    {"length empty", get("Host: a\r\nContent-Length:\r\n"), 400},
    {"length overflowing", get("Host: a\r\nContent-Length: 18446744073709551617\r\n"), 400},
    {"coding gzip", get("Host: a\r\nTransfer-Encoding: gzip\r\n"), 400},
    {"coding identity", get("Host: a\r\nTransfer-Encoding: identity\r\n"), 400},
    {"coding list", get("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n"), 400},
    {"coding twice", get("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
    {"coding hidden by vertical tab", get("Host: a\r\nTransfer-Encoding: \vchunked\r\n"), 400},
    {"coding quoted", get("Host: a\r\nTransfer-Encoding: \"chunked\"\r\n"), 400},
    {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
    {"bare LF in a field", get("Host: a\nX: b\r\n"), 400},
    {"bare CR in a field", get("Host: a\r\nX: b\rY: c\r\n"), 400},
    {"obs-fold", get("Host: a\r\nX: b\r\n c\r\n"), 400},
    {"obs-fold with tab", get("Host: a\r\nX: b\r\n\tc\r\n"), 400},
    {"folded first line", get(" Host: a\r\n"), 400},
    {"space before the colon", get("Host : a\r\n"), 400},
    {"tab before the colon", get("Host: a\r\nContent-Length\t: 3\r\n"), 400},
    {"no colon", get("Host: a\r\nnonsense\r\n"), 400},
    {"no name", get("Host: a\r\n: x\r\n"), 400},
    {"bad name", get("Host: a\r\nX(: x\r\n"), 400},
    {"NUL", get("Host: a\r\nX: b" + std::string(1, '\0') + "\r\n"), 400},
    {"control character", get("Host: a\r\nX: \x01\r\n"), 400},
    {"no Host", get("X: a\r\n"), 400},
    {"two Hosts", get("Host: a\r\nHost: b\r\n"), 400},
    {"two equal Hosts", get("Host: a\r\nhost: a\r\n"), 400},
    {"empty Host", get("Host:\r\n"), 400},
    {"Host with path", get("Host: a/b\r\n"), 400},
    {"Host with user", get("Host: u@a\r\n"), 400},
    {"Host list", get("Host: a, b\r\n"), 400},
    {"other expectation", get("Host: a\r\nExpect: 200-maybe\r\n"), 417},
    {"leading blank line", "\r\n" + get("Host: a\r\n"), 400},
    {"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"trailing blank", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 505},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"HTTP/0.9", "GET /\r\nHost: a\r\n\r\n", 400},
    {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 505},
    {"no slash", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"star with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"absolute form, other host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"absolute form, other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"absolute form, user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"high byte in the path", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"broken percent", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"cut percent", "GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
};

TEST(Security25, AmbiguousHeadsAreRefused) {
  for (const Case& c : kCases) {
    H1Parser parser;
    EXPECT_EQ(parser.parse_head(c.head, 100).status, c.status) << c.name;
  }
}

TEST(Security25, TooManyFieldsAreRefused) {
  std::string fields = "Host: a\r\n";
  for (int i = 0; i < 9; ++i) fields += "X: y\r\n";
  EXPECT_EQ(check_head(get(fields), 10).refuse, 0);
  EXPECT_EQ(check_head(get(fields + "X: y\r\n"), 10).refuse, 431);
}

TEST(HeadCheck, TellsTheFraming) {
  const HeadFacts length = check_head(get("Host: a\r\nContent-Length: 0042\r\nExpect: 100-Continue\r\n"), 10);
  EXPECT_EQ(length.content_length, 42u);
  EXPECT_TRUE(length.expects_continue);
  EXPECT_FALSE(length.chunked);
  EXPECT_TRUE(check_head(get("Host: a\r\nTransfer-Encoding: chunked\r\n"), 10).chunked);
}

TEST(HeadCheck, ExpectationOfHttp10IsNotTaken) {
  EXPECT_FALSE(check_head("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", 10)
                   .expects_continue);
}

}  // namespace
}  // namespace boltseal::http
