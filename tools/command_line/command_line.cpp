#include "tools/command_line/command_line.h"

#include <algorithm>
#include <charconv>
#include <ostream>
#include <sstream>
#include <utility>

#include "explain/error.h"
#include "explain/methods/methods.h"
#include "tools/command_line/version.h"
#include "tools/report/overlay.h"

namespace wherefore {

namespace po = boost::program_options;

namespace {

template <typename Value>
Value OneOf(const std::string& option, const std::string& given,
            const std::vector<std::pair<std::string, Value>>& known) {
  std::vector<std::string> names;
  for (const auto& [name, value] : known) {
    if (name == given) return value;
    names.push_back(name);
  }
  std::string all = names[0];
  for (std::size_t i = 1; i < names.size(); ++i) all += (i + 1 == names.size() ? " or " : ", ") + names[i];
  ThrowUsage("--" + option + " takes " + all + ", not '" + given + "'" + DidYouMean(given, names));
}

/// An option that no method reads which is run.
void CheckRead(const std::string& name, const std::vector<std::string>& methods) {
  const auto& options = AllMethodOptions();
  const auto option =
      std::find_if(options.begin(), options.end(), [&](const MethodOption& known) { return known.name == name; });
  const auto& readers = option->methods;
  if (std::find_first_of(methods.begin(), methods.end(), readers.begin(), readers.end()) != methods.end()) return;
  ThrowUsage("--method-option " + name + " is for " + Listed(readers, " or ") +
             ", which is not asked for: add --method " + readers.front() + ", or leave it out");
}

}  // namespace

po::typed_value<std::vector<std::string>>* Several(std::vector<std::string>* field) {
  return po::value<std::vector<std::string>>(field)->composing()->value_name("TEXT");
}

po::options_description SharedDescription(SharedOptions* shared, Request* request) {
  po::options_description description("For all three programs");
  auto add = description.add_options();
  add("model", po::value(&shared->model)->value_name("DIR"),
      "model directory (config.json, weights, vocabulary); the one that comes with the program if not given");
  add("layer", po::value(&request->layer)->value_name("NAME"),
      "layer to explain at; the model's own choice if not given");
  add("method", Several(&shared->methods)->value_name("NAME"),
      "how to explain: the model's own default if not given, grad-cam unless its config.json names another; may be "
      "repeated, to see several side by side; --list-methods shows them");
  add("method-option", Several(&shared->method_options)->value_name("NAME=VALUE"),
      "of methods that have any, as --list-methods shows them; may be repeated");
  add("out", po::value(&shared->out)->value_name("DIR"),
      "write report.html, overlays, maps.npy and explanation.json there");
  add("json", po::bool_switch(&shared->json),
      "print explanation.json, as an array with one entry a photograph, instead of text");
  add("upsampling", Bound(&shared->upsampling)->value_name("HOW"),
      "half-pixel, or align-corners as in the paper's code");
  add("scale", Bound(&shared->scale)->value_name("HOW"),
      "per-map, or shared: one scale for all words, to compare them");
  add("colormap", Bound(&shared->color_map)->value_name("NAME"), "viridis, inferno, magma or cividis");
  add("concepts", po::value(&shared->concepts)->value_name("FILE"),
      "names of the layer's channels, from dissect-neurons; concepts.json of the model directory if not given");
  add("importance", Bound(&shared->importance)->value_name("HOW"),
      "of channels with names: gradient-x-activation (what their response to this photograph contributes), alpha, the "
      "paper's (how the score would change with them, if they respond or not), or ablation (how far the score falls "
      "without each; slower)");
  add("sentence-templates", po::value(&shared->sentence_templates)->value_name("FILE"),
      "say which named channels spoke for a word in these texts (JSON) instead of English ones");
  add("device", Bound(&shared->device)->value_name("NAME"), "cpu, cuda or cuda:N");
  add("dtype", Bound(&shared->dtype)->value_name("NAME"),
      "what weights are kept in and computed with: float32, bfloat16 or float16");
  add("threads", po::value(&shared->threads)->value_name("N"), "threads on the CPU; LibTorch's choice if not given");
  add("no-grey", po::bool_switch(&shared->no_grey),
      "do not tell what came from the picture, by comparing with a grey one: one pass less");
  add("list-layers", po::bool_switch(&shared->list_layers), "print the model's layers and stop");
  add("list-methods", "print the methods and stop");
  add("list-networks", "print the kinds of networks that are read and stop");
  add("help", "print this and stop");
  add("version", "print the version and stop");
  return description;
}

po::variables_map ParseCommandLine(int argc, const char* const* argv, const po::options_description& all,
                                   std::vector<std::string>* photographs) {
  po::options_description with_photographs;
  with_photographs.add(all).add_options()("photograph", po::value<std::vector<std::string>>(photographs));
  po::positional_options_description positional;
  positional.add("photograph", -1);
  po::variables_map given;
  try {
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(argc, argv).options(with_photographs).positional(positional).style(style).run(),
              given);
    po::notify(given);
  } catch (const po::unknown_option& error) {
    std::vector<std::string> names;
    for (const auto& option : all.options()) names.push_back("--" + option->long_name());
    ThrowUsage("there is no option '" + error.get_option_name() + "'" +
               DidYouMean(error.get_option_name(), names, ".") + " --help shows all");
  } catch (const po::error& error) {
    ThrowUsage(std::string(error.what()) + "; --help shows how");
  }
  if (given.count("threads") > 0 && given["threads"].as<int>() < 1) {
    ThrowUsage("--threads must be at least 1, not " + std::to_string(given["threads"].as<int>()));
  }
  return given;
}

std::optional<po::variables_map> ParseOptions(const ProgramText& program, int argc, const char* const* argv,
                                              po::options_description options, std::ostream& out) {
  options.add_options()("help", "print this and stop")("version", "print the version and stop");
  std::vector<std::string> strays;
  const auto given = ParseCommandLine(argc, argv, options, &strays);
  const auto usage = program.name + ' ' + program.usage;
  if (given.count("help") > 0) {
    out << program.purpose << "\n\nUsage: " << usage << "\n\n"
        << options << "\nProgress is printed on standard error.\n"
        << "Exit code: 0 done, 1 it failed (a file), 2 wrong usage (an option).\n";
    return std::nullopt;
  }
  if (given.count("version") > 0) return out << program.name << ' ' << kVersion << '\n', std::nullopt;
  if (!strays.empty()) ThrowUsage("'" + strays[0] + "' is no option; usage: " + usage);
  return given;
}

std::pair<std::string, double> ReadNameAndNumber(const std::string& option, const std::string& text,
                                                 const std::string& example) {
  const auto equals = text.find('=');
  double value = 0;
  const char* begin = equals == std::string::npos ? nullptr : text.data() + equals + 1;
  const char* end = text.data() + text.size();
  const auto read = begin == nullptr ? std::from_chars_result{nullptr, std::errc::invalid_argument}
                                     : std::from_chars(begin, end, value);
  if (read.ec != std::errc() || read.ptr != end) {
    ThrowUsage("--" + option + " is '" + text + "', but must be a name and a number: " + example);
  }
  return {text.substr(0, equals), value};
}

void ReadMethodOptions(const std::vector<std::string>& given, const std::vector<std::string>& methods,
                       MethodOptions* options) {
  for (const auto& text : given) {
    const auto [name, value] = ReadNameAndNumber("method-option", text, "steps=20");
    options->Set(name, value);
    CheckRead(name, methods);
  }
  options->Check();
}

void PrintMethods(std::ostream& out) {
  const auto line = [&](const std::string& name, const std::string& summary) {
    out << name << std::string(name.size() < 26 ? 26 - name.size() : 1, ' ') << summary << '\n';
  };
  for (const auto& method : Methods()) line(method.name, method.summary + "; " + method.cost);
  out << "\nOptions, with --method-option NAME=VALUE:\n";
  const MethodOptions defaults;
  for (const auto& option : AllMethodOptions()) {
    std::ostringstream value;
    value << defaults.*option.field;
    line(option.name + ("=" + value.str()), option.summary + (" (" + Listed(option.methods) + ")"));
  }
}

Importance ReadImportance(const std::string& name) {
  const auto known = [](Importance importance) { return std::make_pair(std::string(NameOf(importance)), importance); };
  return OneOf<Importance>(
      "importance", name,
      {known(Importance::kAlpha), known(Importance::kGradientTimesActivation), known(Importance::kAblation)});
}

void ReadRendering(SharedOptions* shared) {
  auto& map = shared->render.map;
  map.upsampling =
      OneOf<Upsampling>("upsampling", shared->upsampling,
                        {{"half-pixel", Upsampling::kHalfPixel}, {"align-corners", Upsampling::kAlignCorners}});
  map.normalization = OneOf<Normalization>("scale", shared->scale,
                                           {{"per-map", Normalization::kPerMap}, {"shared", Normalization::kShared}});
  shared->render.color_map = ColorMapNamed(shared->color_map);
}

}  // namespace wherefore
