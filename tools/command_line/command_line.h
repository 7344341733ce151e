#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

#include "tasks/request.h"
#include "tools/report/report.h"

namespace wherefore {

/// What the three programs share on the command line.
struct SharedOptions {
  std::vector<std::string> photographs;
  std::string model;
  std::string out;                          ///< "": nothing is written
  std::vector<std::string> methods;         ///< side by side
  std::vector<std::string> method_options;  ///< "steps=20"
  std::string device = "cpu";
  std::string dtype = "float32";  ///< of the weights, and what is computed in
  int threads = 0;                ///< on the CPU; 0: LibTorch's own choice
  bool json = false;
  bool list_layers = false;
  bool no_grey = false;  ///< what came from the picture is not told
  std::string upsampling = "half-pixel";
  std::string scale = "per-map";
  std::string color_map = "viridis";
  std::string concepts;  ///< file of the channels' names; "": the model directory's, where it has one
  std::string importance = "gradient-x-activation";
  std::string sentence_templates;  ///< file; "": English
  RenderOptions render;            ///< read from the three above by ReadRendering()
};

/// An option that sets a field and has its value as the default.
template <typename T>
boost::program_options::typed_value<T>* Bound(T* field) {
  return boost::program_options::value<T>(field)->default_value(*field);
}

/// An option that may be given several times.
boost::program_options::typed_value<std::vector<std::string>>* Several(std::vector<std::string>* field);

/// The options that set the fields of both.
boost::program_options::options_description SharedDescription(SharedOptions* shared, Request* request);

/// What was given; what is no option is a photograph. Throws Error(kUsage), with the nearest option for an unknown one.
boost::program_options::variables_map ParseCommandLine(int argc, const char* const* argv,
                                                       const boost::program_options::options_description& all,
                                                       std::vector<std::string>* photographs);

/// Reads a name, '=' and a number, as `example` has it. Throws Error(kUsage), naming the option whose value it is.
std::pair<std::string, double> ReadNameAndNumber(const std::string& option, const std::string& text,
                                                 const std::string& example);

/// Sets options of methods: each a name, '=' and a number. `methods`: those that are run. Throws Error(kUsage), also
/// for an option that none of them reads.
void ReadMethodOptions(const std::vector<std::string>& given, const std::vector<std::string>& methods,
                       MethodOptions* options);

/// What --list-methods says: methods and their options, a line each.
void PrintMethods(std::ostream& out);

/// Which importance is named. Throws Error(kUsage).
Importance ReadImportance(const std::string& name);

/// What a program that takes options only says of itself.
struct ProgramText {
  std::string name;     ///< "make-scenes"
  std::string purpose;  ///< one line
  std::string usage;    ///< after the name: "--out DIR [OPTION...]"
};

/// What was given of `options`, to which --help and --version are added; nothing where one of these two was, and is
/// printed then. Throws Error(kUsage) as ParseCommandLine() does, and for what is no option.
std::optional<boost::program_options::variables_map> ParseOptions(const ProgramText& program, int argc,
                                                                  const char* const* argv,
                                                                  boost::program_options::options_description options,
                                                                  std::ostream& out);

/// Fills `render` and checks the values of the shared options. Throws Error(kUsage).
void ReadRendering(SharedOptions* shared);

}  // namespace wherefore
