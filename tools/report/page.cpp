#include "tools/report/page.h"

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/transform_width.hpp>

namespace wherefore {
std::string Base64(const std::string& bytes) {
  using Iterator = boost::archive::iterators::base64_from_binary<
      boost::archive::iterators::transform_width<std::string::const_iterator, 6, 8>>;
  std::string text(Iterator(bytes.begin()), Iterator(bytes.end()));
  return text.append((3 - bytes.size() % 3) % 3, '=');
}

std::string DataUri(const char* type, const std::string& bytes) {
  return std::string("data:image/") + type + ";base64," + Base64(bytes);
}

std::string Escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string Embedded(const std::string& json) {
  std::string safe;
  for (const char c : json) safe += c == '<' ? "\\u003c" : std::string(1, c);
  return safe;
}

std::string Filled(const std::string& page, const std::map<std::string, std::string>& values) {
  std::string filled;
  std::size_t done = 0;
  while (true) {
    const auto begin = page.find('@', done);
    if (begin == std::string::npos) return filled + page.substr(done);
    const auto end = page.find('@', begin + 1);
    const auto value = end == std::string::npos ? values.end() : values.find(page.substr(begin + 1, end - begin - 1));
    if (value == values.end()) {
      filled += page.substr(done, begin + 1 - done);
      done = begin + 1;
      continue;
    }
    filled += page.substr(done, begin - done) + value->second;
    done = end + 1;
  }
}

}  // namespace wherefore
