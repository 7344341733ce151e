#include "explain/error.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace wherefore {
namespace {

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

std::size_t EditDistance(const std::string& from, const std::string& to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

void ThrowUsage(const std::string& message) { throw Error(ErrorKind::kUsage, message); }

void ThrowBadFile(const std::string& message) { throw Error(ErrorKind::kBadFile, message); }

void ThrowNothingToExplain(const std::string& message) { throw Error(ErrorKind::kNothingToExplain, message); }

std::vector<std::string> NearestNames(const std::string& name, const std::vector<std::string>& candidates,
                                      std::size_t at_most) {
  const std::string wanted = LowerCase(name);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const auto& candidate : candidates) {
    const std::string lower = LowerCase(candidate);
    const std::size_t distance = EditDistance(wanted, lower);
    const bool contains = wanted.size() >= 3 && lower.find(wanted) != std::string::npos;
    if (contains || distance <= std::max<std::size_t>(1, wanted.size() / 2)) near.emplace_back(distance, candidate);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& entry : near) {
    if (names.size() == at_most) break;
    if (std::find(names.begin(), names.end(), entry.second) == names.end()) names.push_back(entry.second);
  }
  return names;
}

std::string DidYouMean(const std::string& name, const std::vector<std::string>& candidates,
                       const std::string& otherwise) {
  const auto names = NearestNames(name, candidates);
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "; did you mean " : i + 1 == names.size() ? " or " : ", ");
    text += "'" + names[i] + "'";
  }
  return text.empty() ? otherwise : text + "?";
}

std::string Listed(const std::vector<std::string>& names, const std::string& separator) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) list += (i == 0 ? "" : separator) + names[i];
  return list;
}

std::string ListedNumbers(const std::vector<std::int64_t>& numbers, const std::string& separator) {
  std::vector<std::string> texts;
  for (const auto number : numbers) texts.push_back(std::to_string(number));
  return Listed(texts, separator);
}

}  // namespace wherefore
