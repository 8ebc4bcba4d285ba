#include "streams/encoding.hpp"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cqlbulk::streams {

namespace {

/// "utf_16-le" -> "UTF16LE"
std::string plain_name(std::string_view encoding) {
  std::string name;
  for (const char letter : encoding) {
    if (letter == '-' || letter == '_' || letter == ' ') continue;
    name += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return name;
}

/// Bytes that a character's code has at the least: after bad ones so many are left out.
std::size_t unit_bytes(std::string_view encoding) {
  const std::string name = plain_name(encoding);
  if (name.starts_with("UTF16") || name.starts_with("UCS2")) return 2;
  return name.starts_with("UTF32") || name.starts_with("UCS4") ? 4 : 1;
}

/// The conversion that iconv is asked for. Without a mark "UTF-16" is taken as little-endian, whatever the machine;
/// Linux writes a mark of its own, which is ours to write.
std::string_view for_writing(std::string_view encoding) {
  const std::string name = plain_name(encoding);
  if (name == "UTF16") return "UTF-16LE";
  return name == "UTF32" ? "UTF-32LE" : encoding;
}

constexpr auto not_there = static_cast<std::size_t>(-1);

class Conversion {
 public:
  Conversion(const std::string& to, const std::string& from) : handle_(::iconv_open(to.c_str(), from.c_str())) {
    if (!valid()) throw BadStream(fmt::format("there is no way from {} to {}", from, to));
  }
  ~Conversion() { ::iconv_close(handle_); }
  Conversion(const Conversion&) = delete;
  Conversion& operator=(const Conversion&) = delete;

  /// How it ended: 0, or errno. The spans are moved on.
  int run(std::span<const char>& in, std::span<char>& out) {
    char* from = const_cast<char*>(in.data());
    char* to = out.data();
    std::size_t from_left = in.size();
    std::size_t to_left = out.size();
    const std::size_t done = ::iconv(handle_, &from, &from_left, &to, &to_left);
    const int error_number = done == not_there ? errno : 0;
    in = in.last(from_left);
    out = out.last(to_left);
    return error_number;
  }
  /// What an encoding with states ends with.
  int finish(std::span<char>& out) {
    char* to = out.data();
    std::size_t to_left = out.size();
    const std::size_t done = ::iconv(handle_, nullptr, nullptr, &to, &to_left);
    out = out.last(to_left);
    return done == not_there ? errno : 0;
  }

 private:
  [[nodiscard]] bool valid() const { return handle_ != reinterpret_cast<iconv_t>(-1); }
  iconv_t handle_;
};

/// What both ways share: the start of a character whose rest comes with the next piece.
class Conversions : public Transform {
 public:
  Conversions(const std::string& to, const std::string& from) : conversion_(to, from) {}

  Progress run(std::span<const char> in, bool last, std::span<char> out) override {
    const std::size_t room = out.size();
    std::size_t taken = 0;
    while (!held_.empty() && out.size() >= least_room / 2 && (taken < in.size() || last)) {
      if (taken < in.size()) held_ += in[taken++];
      convert_held(last && taken == in.size(), out);
    }
    if (held_.empty() && out.size() >= least_room / 2) taken += convert(in.subspan(taken), last, out);
    if (last && taken == in.size() && held_.empty() && !ended_) ended_ = conversion_.finish(out) == 0;
    return {taken, room - out.size()};
  }

 protected:
  /// `in` begins with bytes that are no character; returns how many are dealt with. There is room for an answer.
  virtual std::size_t bad(std::span<const char> in, std::span<char>& out) = 0;

 private:
  void convert_held(bool last, std::span<char>& out) {
    std::span<const char> held(held_);
    const int ended = conversion_.run(held, out);
    if (ended == EILSEQ || (ended == EINVAL && (last || held.size() > longest_character))) {
      held = held.subspan(std::min(held.size(), bad(held, out)));
    }
    held_.assign(held.begin(), held.end());
  }

  std::size_t convert(std::span<const char> in, bool last, std::span<char>& out) {
    const std::size_t size = in.size();
    while (!in.empty()) {
      const int ended = conversion_.run(in, out);
      if (ended == 0 || ended == E2BIG) break;
      if (ended == EINVAL && !last) {
        held_.assign(in.begin(), in.end());
        return size;
      }
      if (out.size() < least_room / 2) break;
      in = in.subspan(std::min(in.size(), bad(in, out)));
    }
    return size - in.size();
  }

  static constexpr std::size_t longest_character = 16;
  Conversion conversion_;
  std::string held_;
  bool ended_ = false;
};

class TextDecoder final : public Conversions {
 public:
  explicit TextDecoder(const std::string& encoding) : Conversions("UTF-8", encoding), unit_(unit_bytes(encoding)) {}

 protected:
  std::size_t bad(std::span<const char> in, std::span<char>& out) override {
    const std::size_t size = std::min(in.size(), unit_);
    out[0] = static_cast<char>(0xff);
    out = out.subspan(1);
    return size;
  }

 private:
  std::size_t unit_;
};

class TextEncoder final : public Conversions {
 public:
  explicit TextEncoder(const std::string& encoding)
      : Conversions(std::string(for_writing(encoding)), "UTF-8"), encoding_(encoding) {}

 protected:
  std::size_t bad(std::span<const char> in, std::span<char>&) override {
    throw BadStream(fmt::format("{} has no {}", encoding_, character_at(in)));
  }

 private:
  /// "U+20AC", from UTF-8.
  static std::string character_at(std::span<const char> in) {
    const auto lead = static_cast<unsigned char>(in[0]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t code = size == 1 ? lead : lead & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size && i < in.size(); ++i)
      code = code << 6U | (static_cast<unsigned char>(in[i]) & 0x3fU);
    return fmt::format("U+{:04X}", code);
  }

  std::string encoding_;
};

}  // namespace

bool is_utf8(std::string_view encoding) { return plain_name(encoding) == "UTF8"; }

std::string problem_of_encoding(const std::string& encoding) {
  // Behind a slash iconv takes wishes, such as to replace what does not fit: nothing is replaced here.
  if (encoding.find('/') == std::string::npos && !encoding.empty()) {
    try {
      const Conversion reading("UTF-8", encoding);
      const Conversion writing(std::string(for_writing(encoding)), "UTF-8");
      return {};
    } catch (const BadStream&) {
    }
  }
  return fmt::format("\"{}\" is no encoding that iconv knows (`iconv -l` lists them)", encoding);
}

std::string_view byte_order_mark(std::string_view encoding) {
  const std::string name = plain_name(encoding);
  if (name == "UTF16") return {"\xff\xfe", 2};
  return name == "UTF32" ? std::string_view("\xff\xfe\0\0", 4) : std::string_view();
}

std::unique_ptr<Transform> make_text_decoder(const std::string& encoding) {
  return std::make_unique<TextDecoder>(encoding);
}
std::unique_ptr<Transform> make_text_encoder(const std::string& encoding) {
  return std::make_unique<TextEncoder>(encoding);
}

}  // namespace cqlbulk::streams
