#include "neurons/concepts.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "explain/error.h"

namespace wherefore {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kFormat = 1;
constexpr int64_t kMostChannels = 1'000'000;  // more is a slip
constexpr int64_t kMostImages = 1'000'000'000'000;

/// The value as an error text shows it, cut short where it is long.
std::string Shown(const Json& value) {
  if (value.is_array()) return "an array of " + std::to_string(value.size());
  if (value.is_object()) return "an object";
  constexpr std::size_t longest = 60;
  const auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() > longest ? text.substr(0, longest) + "..." : text;
}

/// Reads one object of the file; every function throws where the key is missing, of another type or out of range.
class Reader {
 public:
  Reader(const Json& value, std::string file, std::string path)
      : value_(value), file_(std::move(file)), path_(std::move(path)) {
    if (value.is_object()) return;
    const std::string what = path_.empty() ? "the document" : "key '" + path_ + "'";
    ThrowBadFile(file_ + ": " + what + " is " + Shown(value) + ", but must be an object");
  }

  void AllowOnly(const std::vector<std::string>& keys) const {
    for (const auto& item : value_.items()) {
      if (std::find(keys.begin(), keys.end(), item.key()) != keys.end()) continue;
      const auto name = item.key().substr(0, 100);
      ThrowBadFile(file_ + ": unknown key '" + PathOf(name) + "'" + DidYouMean(name, keys));
    }
  }

  [[noreturn]] void Refuse(const std::string& key, const std::string& wanted) const {
    ThrowBadFile(file_ + ": key '" + PathOf(key) + "' is " + Shown(value_.at(key)) + ", but must be " + wanted);
  }

  const Json& Member(const std::string& key) const {
    const auto found = value_.find(key);
    if (found == value_.end()) ThrowBadFile(file_ + ": key '" + PathOf(key) + "' is missing");
    return *found;
  }

  bool Has(const std::string& key) const { return value_.contains(key); }

  std::string Text(const std::string& key, bool may_be_empty = false) const {
    const auto& value = Member(key);
    if (!value.is_string()) Refuse(key, "a string");
    auto text = value.get<std::string>();
    if (text.empty() && !may_be_empty) Refuse(key, "a string that is not empty");
    return text;
  }

  int64_t Integer(const std::string& key, int64_t least, int64_t most) const {
    const auto& value = Member(key);
    const bool fits = value.is_number_integer() && (!value.is_number_unsigned() || value.get<uint64_t>() <= kLongest);
    if (!fits || value.get<int64_t>() < least || value.get<int64_t>() > most) {
      Refuse(key, least == most ? std::to_string(least)
                                : "an integer from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value.get<int64_t>();
  }

  double Share(const std::string& key) const {
    const double share = Number(key, "a number from 0 to 1");
    if (!(share >= 0 && share <= 1)) Refuse(key, "a number from 0 to 1");
    return share;
  }

  /// An IoU, a share; other measures have no bounds.
  double Measured(const std::string& key, const std::string& measure) const {
    return measure == kIou ? Share(key) : Number(key);
  }

  double Number(const std::string& key, const std::string& wanted = "a number") const {
    const auto& value = Member(key);
    if (!value.is_number()) Refuse(key, wanted);
    return value.get<double>();
  }

 private:
  static constexpr auto kLongest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());

  std::string PathOf(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

  const Json& value_;
  std::string file_;
  std::string path_;
};

constexpr FormulaOperator kOperators[] = {FormulaOperator::kAnd, FormulaOperator::kOr, FormulaOperator::kAndNot};

Json FormulaJson(const std::vector<FormulaTerm>& formula) {
  Json terms = Json::array();
  for (const auto& term : formula) {
    Json json = Json::object();
    if (!terms.empty()) json["operator"] = TextOf(term.combined);
    json["concept"] = term.name;
    json["category"] = term.category;
    terms.push_back(json);
  }
  return terms;
}

FormulaOperator ReadOperator(const Reader& term) {
  const auto text = term.Text("operator");
  for (const auto known : kOperators) {
    if (text == TextOf(known)) return known;
  }
  term.Refuse("operator", "\"and\", \"or\" or \"and not\"");
}

std::vector<FormulaTerm> ReadFormula(const Reader& channel, const std::string& file, const std::string& path) {
  const auto& terms = channel.Member("formula");
  if (!terms.is_array() || terms.size() < 2) channel.Refuse("formula", "an array of two terms or more");
  std::vector<FormulaTerm> formula;
  for (const auto& item : terms) {
    const Reader term(item, file, path + ".formula[" + std::to_string(formula.size()) + "]");
    if (formula.empty()) {
      term.AllowOnly({"concept", "category"});
    } else {
      term.AllowOnly({"operator", "concept", "category"});
    }
    const auto combined = formula.empty() ? FormulaOperator::kAnd : ReadOperator(term);
    formula.push_back({combined, term.Text("concept"), term.Text("category", true)});
  }
  return formula;
}

Json ParseJson(const std::string& text, const std::string& file) {
  std::vector<std::set<std::string>> open;
  const auto refuse_twice = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second) {
      ThrowBadFile(file + ": key " + Shown(value) + " appears twice");
    }
    return true;
  };
  try {
    return Json::parse(text, refuse_twice);
  } catch (const Json::exception& error) {
    // "[json.exception.parse_error.101] parse error at ...": the identifier helps no reader.
    const std::string what = error.what();
    const auto end = what.find("] ");
    ThrowBadFile(file + ": not valid JSON: " + (end == std::string::npos ? what : what.substr(end + 2)));
  }
}

}  // namespace

const char* TextOf(FormulaOperator combined) {
  static const char* const texts[] = {"and", "or", "and not"};
  return texts[static_cast<int>(combined)];
}

std::string FormulaText(const std::vector<FormulaTerm>& formula) {
  std::string text;
  for (std::size_t i = 0; i < formula.size(); ++i) {
    const bool is_or = formula[i].combined == FormulaOperator::kOr;
    const bool is_mixed = i > 1 && is_or != (formula[i - 1].combined == FormulaOperator::kOr);
    if (is_mixed) text = "(" + text + ")";
    if (i > 0) text += std::string(" ") + TextOf(formula[i].combined) + " ";
    text += formula[i].name;
  }
  return text;
}

bool IsDetector(const LayerConcepts& layer, const ChannelConcept& channel) {
  return layer.definition.rfind("2020", 0) == 0 ? channel.iou > layer.least_iou : channel.iou >= layer.least_iou;
}

std::map<std::string, int64_t> UniqueDetectors(const LayerConcepts& layer) {
  std::set<std::pair<std::string, std::string>> detected;
  for (const auto& channel : layer.named) {
    if (IsDetector(layer, channel)) detected.emplace(channel.category, channel.name);
  }
  std::map<std::string, int64_t> counts;
  for (const auto& item : detected) ++counts[item.first];
  return counts;
}

std::string FormatConcepts(const LayerConcepts& layer) {
  Json named = Json::array();
  for (const auto& channel : layer.named) {
    named.push_back({{"channel", channel.channel},
                     {"name", channel.name},
                     {"category", channel.category},
                     {"iou", channel.iou},
                     {"threshold", channel.threshold}});
    if (!channel.formula.empty()) named.back()["formula"] = FormulaJson(channel.formula);
  }
  Json document = {{"format", kFormat},          {"layer", layer.layer},   {"channels", layer.channels},
                   {"data_set", layer.data_set}, {"images", layer.images}, {"definition", layer.definition}};
  if (layer.measure != kIou) document["measure"] = layer.measure;
  document["least_iou"] = layer.least_iou;
  document["chance_iou"] = layer.chance_iou;
  document["fingerprint"] = layer.fingerprint;
  document["named"] = named;
  try {
    return document.dump(1) + "\n";
  } catch (const Json::exception&) {
    ThrowUsage("a name of a concept, category or data set is not UTF-8");
  }
}

LayerConcepts ParseConcepts(const std::string& text, const std::string& file) {
  const Json document = ParseJson(text, file);
  const Reader reader(document, file, "");
  reader.Integer("format", kFormat, kFormat);  // first: of another format nothing else need be as here
  reader.AllowOnly({"format", "layer", "channels", "data_set", "images", "definition", "measure", "least_iou",
                    "chance_iou", "fingerprint", "named"});
  LayerConcepts layer;
  layer.layer = reader.Text("layer");
  layer.channels = reader.Integer("channels", 1, kMostChannels);
  layer.data_set = reader.Text("data_set", true);
  layer.images = reader.Integer("images", 1, kMostImages);
  layer.definition = reader.Text("definition");
  if (reader.Has("measure")) layer.measure = reader.Text("measure");
  layer.least_iou = reader.Measured("least_iou", layer.measure);
  layer.chance_iou = reader.Measured("chance_iou", layer.measure);
  layer.fingerprint = reader.Text("fingerprint", true);
  if (!reader.Member("named").is_array()) reader.Refuse("named", "an array");
  for (const auto& item : reader.Member("named")) {
    const auto path = "named[" + std::to_string(layer.named.size()) + "]";
    const Reader channel(item, file, path);
    channel.AllowOnly({"channel", "name", "category", "iou", "threshold", "formula"});
    const int64_t index = channel.Integer("channel", 0, layer.channels - 1);
    if (!layer.named.empty() && index <= layer.named.back().channel) {
      channel.Refuse("channel", "more than " + std::to_string(layer.named.back().channel) + ", the one before it");
    }
    layer.named.push_back({index, channel.Text("name"), channel.Text("category", true),
                           channel.Measured("iou", layer.measure), channel.Number("threshold")});
    if (channel.Has("formula")) layer.named.back().formula = ReadFormula(channel, file, path);
  }
  return layer;
}

}  // namespace wherefore
