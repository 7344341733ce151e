#include "tools/program.h"

#include <functional>
#include <memory>
#include <ostream>
#include <sstream>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <boost/program_options.hpp>

#include "explain/error.h"
#include "explain/methods.h"
#include "models/device.h"
#include "models/model_directory.h"
#include "tasks/captioning.h"
#include "tasks/classification.h"
#include "tasks/vqa.h"
#include "tools/explanation_json.h"
#include "tools/output.h"
#include "tools/overlay.h"
#include "tools/text_report.h"
#include "tools/version.h"
#include "tools/wording.h"

namespace wherefore {
namespace {

namespace po = boost::program_options;

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

/// What the three programs share on the command line.
struct SharedOptions {
  std::vector<std::string> photographs;
  std::string model;
  std::string out;
  std::string device = "cpu";
  int threads = 0;  ///< 0: LibTorch's own choice
  bool json = false;
  bool list_layers = false;
  std::string upsampling = "half-pixel";
  std::string scale = "per-map";
  std::string color_map = "viridis";
  RenderOptions render;
};

/// One of the programs: what is its own.
struct Program {
  std::string name;
  std::string purpose;    ///< one line
  std::string arguments;  ///< after the name, as --help shows them
  po::options_description own{"What to explain"};
  ExplainRequest* request = nullptr;
  /// Takes what is no photograph from the positional arguments, and checks the request before anything is loaded.
  std::function<void(const po::variables_map& given, SharedOptions* shared)> check;
  /// Loads the model; the result explains one image, and can announce its layers.
  struct Loaded {
    ModelInfo info;
    std::function<TaskExplanation(const at::Tensor& image)> explain;
    std::function<void(const at::Tensor& image, Tape& tape)> forward;
  };
  std::function<Loaded(const std::string& directory, c10::Device device)> load;
};

template <typename T>
po::typed_value<T>* Bound(T* field) {
  return po::value<T>(field)->default_value(*field);
}

po::typed_value<std::vector<std::string>>* Several(std::vector<std::string>* field) {
  return po::value<std::vector<std::string>>(field)->composing()->value_name("TEXT");
}

po::options_description SharedDescription(SharedOptions* shared, ExplainRequest* request) {
  po::options_description description("For all three programs");
  auto add = description.add_options();
  add("model", po::value(&shared->model)->value_name("DIR"), "model directory (config.json, weights, vocabulary)");
  add("layer", po::value(&request->layer)->value_name("NAME"),
      "layer to explain at; the model's own choice if not given");
  add("method", Bound(&request->method)->value_name("NAME"), "how to explain; --list-methods shows them");
  add("out", po::value(&shared->out)->value_name("DIR"),
      "write report.html, overlays, maps.npy and explanation.json there");
  add("json", po::bool_switch(&shared->json),
      "print explanation.json, as an array with one entry a photograph, instead of text");
  add("upsampling", Bound(&shared->upsampling)->value_name("HOW"),
      "half-pixel, or align-corners as in the paper's code");
  add("scale", Bound(&shared->scale)->value_name("HOW"),
      "per-map, or shared: one scale for all words, to compare them");
  add("colormap", Bound(&shared->color_map)->value_name("NAME"), "viridis, inferno, magma or cividis");
  add("device", Bound(&shared->device)->value_name("NAME"), "cpu, cuda or cuda:N");
  add("threads", po::value(&shared->threads)->value_name("N"), "threads on the CPU; LibTorch's choice if not given");
  add("list-layers", po::bool_switch(&shared->list_layers), "print the model's layers and stop");
  add("list-methods", "print the methods and stop");
  add("help", "print this and stop");
  add("version", "print the version and stop");
  return description;
}

template <typename Value>
Value OneOf(const std::string& option, const std::string& given,
            const std::vector<std::pair<std::string, Value>>& known) {
  std::vector<std::string> names;
  for (const auto& [name, value] : known) {
    if (name == given) return value;
    names.push_back(name);
  }
  ThrowUsage("--" + option + " takes " + names[0] + " or " + names[1] + ", not '" + given + "'" +
             DidYouMean(given, names));
}

void ReadRendering(SharedOptions* shared) {
  auto& map = shared->render.map;
  map.upsampling =
      OneOf<Upsampling>("upsampling", shared->upsampling,
                        {{"half-pixel", Upsampling::kHalfPixel}, {"align-corners", Upsampling::kAlignCorners}});
  map.normalization = OneOf<Normalization>("scale", shared->scale,
                                           {{"per-map", Normalization::kPerMap}, {"shared", Normalization::kShared}});
  shared->render.color_map = ColorMapNamed(shared->color_map);
  if (shared->threads < 0) ThrowUsage("--threads must be at least 1, not " + std::to_string(shared->threads));
}

/// Boost's own complaints, with the nearest option for an unknown one.
po::variables_map Parse(int argc, const char* const* argv, const po::options_description& all) {
  po::options_description with_photographs;
  with_photographs.add(all).add_options()("photograph", po::value<std::vector<std::string>>());
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
    ThrowUsage("there is no option '" + error.get_option_name() + "'" + DidYouMean(error.get_option_name(), names) +
               " --help shows all");
  } catch (const po::error& error) {
    ThrowUsage(std::string(error.what()) + "; --help shows how");
  }
  return given;
}

void PrintHelp(const Program& program, const po::options_description& shared, std::ostream& out) {
  out << program.purpose << "\n\nUsage: " << program.name << ' ' << program.arguments << "\n\n"
      << program.own << '\n'
      << shared << "\nResults are printed on standard output, progress and warnings on standard error.\n"
      << "Exit code: 0 done, 1 it failed (a file, a photograph), 2 wrong usage (an option, a word, a layer).\n";
}

void PrintMethods(std::ostream& out) {
  for (const auto& method : Methods()) {
    out << method.name << std::string(18 - method.name.size(), ' ') << method.summary << '\n';
  }
}

/// One forward pass that keeps nothing announces every layer.
void PrintLayers(const Program::Loaded& model, c10::Device device, std::ostream& out) {
  Tape tape({kImageLayer});
  const at::NoGradGuard no_grad;
  model.forward(at::zeros({1, 3, model.info.image.height, model.info.image.width}).to(device), tape);
  for (const auto& seen : tape.seen()) {
    std::string shape;
    for (const auto size : seen.shape) shape += (shape.empty() ? "" : " x ") + std::to_string(size);
    if (seen.name == kImageLayer) continue;
    out << seen.name << std::string(seen.name.size() < 44 ? 44 - seen.name.size() : 1, ' ') << shape
        << (seen.shape.size() == 4 ? "" : "   (no feature map)") << (seen.name == model.info.layer ? "   default" : "")
        << '\n';
  }
}

void RequireModel(const SharedOptions& shared) {
  if (!shared.model.empty()) return;
  ThrowUsage(
      "no model was given; name a model directory with --model: a folder with config.json, model.safetensors "
      "and the model's vocabulary or labels");
}

/// Runs over the photographs; one that fails does not keep the others from being explained.
class Session {
 public:
  Session(const SharedOptions& shared, const Program::Loaded& model, c10::Device device, std::ostream& out,
          std::ostream& err)
      : shared_(shared), model_(model), device_(device), out_(out), err_(err) {}

  int Run() {
    const auto names = UniqueNames(shared_.photographs);
    const bool several = shared_.photographs.size() > 1;
    int code = kDone;
    std::vector<IndexEntry> index;
    for (std::size_t i = 0; i < shared_.photographs.size(); ++i) {
      const std::string directory = several && !shared_.out.empty() ? shared_.out + "/" + names[i] : shared_.out;
      try {
        if (several) err_ << "[" << i + 1 << "/" << names.size() << "] " << shared_.photographs[i] << std::endl;
        const auto title = One(shared_.photographs[i], directory, !json_.empty() || i == 0);
        index.push_back({title, names[i] + "/report.html"});
      } catch (const Error& error) {
        // An unknown word or layer is wrong for every photograph.
        if (error.kind() == ErrorKind::kUsage) throw;
        err_ << "error: " << error.what() << std::endl;
        code = kFailed;
      }
    }
    if (several && !shared_.out.empty() && !index.empty()) {
      WriteFiles(shared_.out, {{"index.html", IndexHtml(index)}});
      err_ << "wrote " << shared_.out << "/index.html" << std::endl;
    }
    if (shared_.json) out_ << "[\n" << json_ << "]\n";
    return code;
  }

 private:
  /// Explains one photograph and returns its title.
  std::string One(const std::string& path, const std::string& directory, bool first) {
    ExplainedPhotograph explained;
    explained.image = model_.info.image;
    at::Tensor image;
    try {
      explained.photograph = LoadPhotograph(path);
      image = Preprocess(explained.photograph, explained.image).to(device_);
    } catch (const Error& error) {
      ThrowBadFile(error.what());  // whatever is wrong with a photograph concerns that photograph alone
    }
    explained.explanation = model_.explain(image);
    for (const auto& warning : explained.photograph.warnings)
      err_ << "warning: " << path << ": " << warning << std::endl;
    for (const auto& warning : explained.explanation.warnings) err_ << "warning: " << warning << std::endl;
    if (shared_.json) {
      json_ += (json_.empty() ? "" : ",\n") + ExplanationJson(explained);
    } else {
      out_ << (first ? "" : "\n") << (shared_.photographs.size() > 1 ? path + "\n" : "") << TextReport(explained);
    }
    if (!directory.empty()) {
      WriteFiles(directory, ExplanationFiles(explained, shared_.render));
      err_ << "wrote " << directory << "/report.html" << std::endl;
    }
    return path + ": " + Title(explained.explanation);
  }

  const SharedOptions& shared_;
  const Program::Loaded& model_;
  c10::Device device_;
  std::ostream& out_;
  std::ostream& err_;
  std::string json_;
};

int RunChecked(Program& program, int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  SharedOptions shared;
  const auto shared_description = SharedDescription(&shared, program.request);
  po::options_description all;
  all.add(program.own).add(shared_description);
  const auto given = Parse(argc, argv, all);
  if (given.count("help") > 0) return PrintHelp(program, shared_description, out), kDone;
  if (given.count("version") > 0) return out << program.name << ' ' << kVersion << '\n', kDone;
  if (given.count("list-methods") > 0) return PrintMethods(out), kDone;

  if (given.count("photograph") > 0) shared.photographs = given["photograph"].as<std::vector<std::string>>();
  ReadRendering(&shared);
  MethodNamed(program.request->method);
  RequireModel(shared);
  if (!shared.list_layers) {
    program.check(given, &shared);
    if (shared.photographs.empty()) {
      ThrowUsage("no photograph was given; usage: " + program.name + " " + program.arguments);
    }
  }
  if (shared.threads > 0) at::set_num_threads(shared.threads);
  const auto device = DeviceNamed(shared.device);
  const auto model = program.load(shared.model, device);
  if (shared.list_layers) return PrintLayers(model, device, out), kDone;
  return Session(shared, model, device, out, err).Run();
}

int Run(Program& program, int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  int code = kFailed;
  try {
    code = RunChecked(program, argc, argv, out, err);
    out.flush();
    if (!out) {
      err << "error: standard output cannot be written; is the disk full?" << std::endl;
      return kFailed;
    }
  } catch (const Error& error) {
    err << "error: " << error.what() << std::endl;
    return error.kind() == ErrorKind::kUsage ? kWrongUsage : kFailed;
  } catch (const std::bad_alloc&) {
    err << "error: out of memory; use a smaller photograph, fewer words, or --method grad-cam" << std::endl;
  } catch (const std::exception& error) {
    err << "error: " << error.what() << std::endl;
  }
  return code;
}

}  // namespace

int RunExplainCaption(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  CaptionRequest request;
  Program program;
  program.name = "explain-caption";
  program.purpose =
      "Shows for each word of a captioning model's caption which region of the photograph made it say so.";
  program.arguments = "PHOTO... --model DIR [--out DIR] [OPTION...]";
  program.request = &request;
  program.own.add_options()("caption", po::value(&request.caption)->value_name("TEXT"),
                            "explain this caption instead of the model's own")(
      "phrase", Several(&request.phrases), "explain this part of the caption too; may be repeated")(
      "beam", Bound(&request.beam)->value_name("N"), "captions kept while searching; 1 is greedy");
  program.check = [&](const po::variables_map& given, SharedOptions*) {
    if (given.count("caption") > 0 && request.caption.empty())
      ThrowUsage("the caption is empty; give at least one word");
    if (request.beam < 1) ThrowUsage("--beam must be at least 1, not " + std::to_string(request.beam));
  };
  program.load = [&](const std::string& directory, c10::Device device) -> Program::Loaded {
    const auto model = std::make_shared<CaptionModel>(LoadCaptionModel(directory, device));
    return {model->info, [&request, model](const at::Tensor& image) { return Explain(*model, image, request); },
            [model](const at::Tensor& image, Tape& tape) { model->network->Encode(image, tape); }};
  };
  return Run(program, argc, argv, out, err);
}

int RunExplainVqa(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  VqaRequest request;
  Program program;
  program.name = "explain-vqa";
  program.purpose =
      "Shows which region of the photograph, and which words of the question, made a model answer as it did.";
  program.arguments = "PHOTO... \"QUESTION\" --model DIR [--out DIR] [OPTION...]";
  program.request = &request;
  program.own.add_options()("question", po::value(&request.question)->value_name("TEXT"),
                            "the question; the last argument if not given")(
      "answer", Several(&request.answers), "explain this answer; may be repeated; the model's own if not given")(
      "versus", po::value(&request.versus)->value_name("TEXT"),
      "explain it against this answer: why this rather than that")("top", Bound(&request.top)->value_name("N"),
                                                                   "explain the N best answers");
  program.check = [&](const po::variables_map& given, SharedOptions* shared) {
    if (given.count("question") == 0 && !shared->photographs.empty()) {
      request.question = shared->photographs.back();
      shared->photographs.pop_back();
    }
    if (request.question.empty()) ThrowUsage("the question is empty; give it after the photographs, in quotes");
  };
  program.load = [&](const std::string& directory, c10::Device device) -> Program::Loaded {
    const auto model = std::make_shared<VqaModel>(LoadVqaModel(directory, device));
    return {model->info, [&request, model](const at::Tensor& image) { return Explain(*model, image, request); },
            [model](const at::Tensor& image, Tape& tape) { model->network->Logits(image, {0}, tape); }};
  };
  return Run(program, argc, argv, out, err);
}

int RunExplainImage(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  ClassificationRequest request;
  Program program;
  program.name = "explain-image";
  program.purpose = "Shows which region of the photograph made a classifier choose its class.";
  program.arguments = "PHOTO... --model DIR [--out DIR] [OPTION...]";
  program.request = &request;
  program.own.add_options()("class", Several(&request.classes),
                            "explain this class, by label or index; may be repeated; the model's own if not given")(
      "versus", po::value(&request.versus)->value_name("TEXT"),
      "explain it against this class: why this rather than that")("top", Bound(&request.top)->value_name("N"),
                                                                  "explain the N best classes");
  program.check = [](const po::variables_map&, SharedOptions*) {};
  program.load = [&](const std::string& directory, c10::Device device) -> Program::Loaded {
    const auto model = std::make_shared<ClassificationModel>(LoadClassificationModel(directory, device));
    return {model->info, [&request, model](const at::Tensor& image) { return Explain(*model, image, request); },
            [model](const at::Tensor& image, Tape& tape) { model->network->Logits(image, tape); }};
  };
  return Run(program, argc, argv, out, err);
}

}  // namespace wherefore
