#include "tools/programs/explain_photographs.h"

#include <ostream>
#include <utility>

#include <ATen/ATen.h>

#include "explain/error.h"
#include "tasks/explain.h"
#include "tools/command_line/progress.h"
#include "tools/report/explanation_json.h"
#include "tools/report/output.h"
#include "tools/report/text_report.h"
#include "tools/report/wording.h"

namespace wherefore {

namespace {

constexpr int kGreyLevel = 128;  ///< of 255, of every pixel of the photograph that tells what came from the picture

/// As the model reads them: the photograph, and a grey one as large; that is undefined where nobody asks for it.
struct PreparedPhotograph {
  at::Tensor values;
  at::Tensor grey;
};

/// Explains by the method that is named. `own`: an explanation of the image by another method, whose targets are
/// explained; null for the request's own. Progress goes to `err`, and is ended there with the explanation, even where
/// that fails.
Explanation ExplainByMethod(const ModelToExplain& model, const PreparedPhotograph& image, const std::string& method,
                            const Explanation* own, std::ostream& err) {
  auto request = model.request;
  request.method = method;
  request.method_options.progress = ProgressTo(err);
  if (own == nullptr) {
    request.grey = image.grey;
    return Explain(model.model, image.values, request);
  }
  AskAbout(*own, &request);
  request.alternatives = 0;
  auto explanation = Explain(model.model, image.values, request);
  // What the methods have in common.
  explanation.said = own->said;
  for (std::size_t t = 0; t < own->targets.size(); ++t) {
    explanation.targets.at(t).from_picture = own->targets[t].from_picture;
  }
  return explanation;
}

PreparedPhotograph Prepared(const Photograph& photograph, const ModelToExplain& model) {
  const auto prepared = [&](const Photograph& one) {
    return Preprocess(one, model.model.info.image).to(model.model.image_options());
  };
  PreparedPhotograph image;
  image.values = prepared(photograph);
  if (!model.compares_with_grey) return image;
  auto grey = photograph;
  grey.pixels = at::full_like(photograph.pixels, kGreyLevel);
  image.grey = prepared(grey);
  return image;
}

/// By each method: the same targets, which the first one finds.
std::vector<ExplainedPhotograph> ExplainOne(const ModelToExplain& model, const std::string& path,
                                            const std::vector<std::string>& methods, std::ostream& err) {
  ExplainedPhotograph seen;
  seen.image = model.model.info.image;
  PreparedPhotograph image;
  try {
    seen.photograph = LoadPhotograph(path);
    image = Prepared(seen.photograph, model);
  } catch (const Error& error) {
    ThrowBadFile(error.what());  // whatever is wrong with a photograph concerns that photograph alone
  }
  std::vector<ExplainedPhotograph> all;
  for (const auto& method : methods) {
    const auto* own = all.empty() ? nullptr : &all.front().explanation;
    auto explanation = ExplainByMethod(model, image, method, own, err);
    if (model.names && !explanation.neuron_layer.empty()) AddNames(*model.names, &explanation);
    auto& warnings = explanation.warnings;
    warnings.insert(warnings.begin(), seen.photograph.warnings.begin(), seen.photograph.warnings.end());
    all.push_back(seen);
    all.back().explanation = std::move(explanation);
  }
  return all;
}

/// What is said and written of photographs while they are explained.
class Results {
 public:
  Results(const SharedOptions& options, std::ostream& out, std::ostream& err)
      : options_(options), several_(options.photographs.size() > 1), out_(out), err_(err) {}

  void Add(const std::vector<ExplainedPhotograph>& methods, const std::string& name) {
    const auto& path = methods.front().photograph.path;
    for (const auto& warning : DistinctWarnings(methods)) {
      err_ << "warning: " << (several_ ? path + ": " : "") << warning << std::endl;
    }
    if (!options_.out.empty()) {
      const auto directory = several_ ? options_.out + "/" + name : options_.out;
      WriteExplanation(directory, methods, options_.render);
      err_ << "wrote " << directory << "/report.html" << std::endl;
      index_.push_back({Title(methods.front().explanation), path, name});
    }
    for (const auto& explained : methods) {
      if (options_.json) {
        out_ << (printed_ > 0 ? "," : "[\n") << ExplanationJson(explained);
      } else {
        out_ << (printed_ > 0 ? "\n" : "") << (several_ ? path + "\n" : "")
             << (methods.size() > 1 ? "by " + explained.explanation.method + "\n" : "") << TextReport(explained);
      }
      ++printed_;
    }
  }

  void Finish() {
    if (options_.json) out_ << (printed_ > 0 ? "]\n" : "[]\n");
    if (!several_ || index_.empty()) return;
    WriteFiles(options_.out, {{"index.html", IndexHtml(index_)}});
    err_ << "wrote " << options_.out << "/index.html" << std::endl;
  }

 private:
  const SharedOptions& options_;
  bool several_;
  std::ostream& out_;
  std::ostream& err_;
  int printed_ = 0;
  std::vector<IndexEntry> index_;
};

}  // namespace

ExitCode ExplainPhotographs(const ModelToExplain& model, const SharedOptions& options, std::ostream& out,
                            std::ostream& err) {
  const auto& paths = options.photographs;
  const auto names = UniqueNames(paths);
  Results results(options, out, err);
  ExitCode code = kDone;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths.size() > 1) err << "[" << i + 1 << "/" << paths.size() << "] " << paths[i] << std::endl;
    std::string problem;
    try {
      results.Add(ExplainOne(model, paths[i], options.methods, err), names[i]);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kUsage) throw;  // an unknown word or layer is wrong for every photograph
      problem = error.what();
    } catch (const std::exception& error) {
      problem = paths[i] + ": " + Complaint(error);
    }
    if (problem.empty()) continue;
    err << "error: " << problem << std::endl;
    code = kFailed;
  }
  results.Finish();
  return code;
}

void PrintLayers(const ModelToExplain& model, std::ostream& out) {
  Tape tape({kImageLayer});
  const at::NoGradGuard no_grad;
  const auto& info = model.model.info;
  AnnounceLayers(model.model, at::zeros({1, 3, info.image.height, info.image.width}, model.model.image_options()), {0},
                 tape);
  for (const auto& seen : tape.seen()) {
    if (seen.name == kImageLayer || seen.is_attention) continue;
    out << seen.name << std::string(seen.name.size() < 44 ? 44 - seen.name.size() : 1, ' ')
        << ListedNumbers(seen.shape, " x ") << (seen.shape.size() == 4 ? "" : "   (no feature map)")
        << (seen.name == info.layer ? "   default" : "") << '\n';
  }
}

}  // namespace wherefore
