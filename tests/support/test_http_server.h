// A small HTTP/1.1 server on loopback for tests: a handler makes the answers, and an answer may misbehave.
// One thread for each connection; all end with the server.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace boltseal::testing {

struct TestRequest {
  std::string method;
  std::string target;                          // path and query as they came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

struct TestAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool content_length = true;  // of the body; false: the headers above say it
  std::string raw;             // sent instead of all this
  enum class Then { keep, close, reset, endless, drip, hang } then = Then::keep;
};

class TestHttpServer {
 public:
  using Handler = std::function<TestAnswer(const TestRequest&)>;

  explicit TestHttpServer(Handler handler, const std::string& unix_path = {}) : handler_(std::move(handler)) {
    listen_on(unix_path);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  TestHttpServer(const TestHttpServer&) = delete;
  TestHttpServer& operator=(const TestHttpServer&) = delete;
  ~TestHttpServer() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
    close(listener_);
  }

  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return "http://" + authority(); }
  int port() const { return port_; }
  std::vector<TestRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  void listen_on(const std::string& unix_path) {
    if (!unix_path.empty()) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::copy_n(unix_path.begin(), std::min(unix_path.size(), sizeof address.sun_path - 1),
                  address.sun_path);
      listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
      check(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address));
      check(listen(listener_, 64));
      return;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    check(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address));
    check(listen(listener_, 64));
    socklen_t size = sizeof address;
    check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size));
    port_ = ntohs(address.sin_port);
  }
  static void check(int result) {
    if (result != 0) std::abort();
  }

  void accept_all() {
    for (;;) {
      const int fd = accept(listener_, nullptr, nullptr);
      const std::lock_guard lock(mutex_);
      if (stopping_ || fd < 0) {
        if (fd >= 0) close(fd);
        return;
      }
      ++connections_;
      open_.insert(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    std::string buffer;
    TestRequest request;
    while (read_request(fd, buffer, request)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      if (!answer(fd, request, handler_(request))) break;
    }
    const std::lock_guard lock(mutex_);
    open_.erase(fd);
    close(fd);
  }

  static bool receive(int fd, std::string& buffer) {
    char chunk[16384];
    const auto got = recv(fd, chunk, sizeof chunk, 0);
    if (got > 0) buffer.append(chunk, static_cast<std::size_t>(got));
    return got > 0;
  }
  static bool read_request(int fd, std::string& buffer, TestRequest& out) {
    std::size_t end;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!receive(fd, buffer) || buffer.front() == '\x16')
        return false;  // a TLS handshake: hang up, as servers do
    }
    out = TestRequest();
    const auto head = buffer.substr(0, end + 2);
    const auto line_end = head.find("\r\n");
    const auto space = head.find(' ');
    out.method = head.substr(0, space);
    out.target = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    for (auto at = line_end + 2; at < head.size();) {
      const auto next = head.find("\r\n", at);
      const auto colon = head.find(':', at);
      auto name = head.substr(at, colon - at);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      const auto value = std::min(head.find_first_not_of(' ', colon + 1), next);
      out.headers[name] += (out.headers.count(name) != 0 && !out.headers[name].empty() ? ", " : "") +
                           head.substr(value, next - value);
      at = next + 2;
    }
    const auto length =
        static_cast<std::size_t>(std::strtoul(out.header("content-length").c_str(), nullptr, 10));
    while (buffer.size() < end + 4 + length) {
      if (!receive(fd, buffer)) return false;
    }
    out.body = buffer.substr(end + 4, length);
    buffer.erase(0, end + 4 + length);
    return true;
  }

  static bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  static bool answer(int fd, const TestRequest& request, const TestAnswer& a) {
    std::string text = a.raw;
    if (text.empty()) {
      text = "HTTP/1.1 " + std::to_string(a.status) + " Text\r\n";
      for (const auto& [name, value] : a.headers) text += name + ": " + value + "\r\n";
      if (a.content_length) text += "Content-Length: " + std::to_string(a.body.size()) + "\r\n";
      text += "\r\n";
      if (request.method != "HEAD") text += a.body;
    }
    if (!send_all(fd, text)) return false;
    char end;
    switch (a.then) {
      case TestAnswer::Then::keep:
        return true;
      case TestAnswer::Then::close:
        return false;
      case TestAnswer::Then::reset: {
        const linger now{1, 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        return false;
      }
      case TestAnswer::Then::endless:
        while (send_all(fd, std::string(65536, 'x'))) {
        }
        return false;
      case TestAnswer::Then::drip:
        while (send_all(fd, "x")) usleep(200'000);
        return false;
      case TestAnswer::Then::hang:
        return recv(fd, &end, 1, 0) < 0;  // until the peer or the test ends it
    }
    return false;
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  int connections_ = 0;
  std::set<int> open_;
  std::vector<TestRequest> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace boltseal::testing
