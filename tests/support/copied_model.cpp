#include "tests/support/copied_model.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "models/families.h"
#include "models/files/files.h"
#include "tests/support/error_text.h"

namespace wherefore {

CopiedModel::CopiedModel(const std::string& from) {
  namespace fs = std::filesystem;
  for (const auto& file : fs::directory_iterator(from)) {
    const auto copy = PathOf(file.path().filename().string());
    fs::copy_file(file.path(), copy);
    fs::permissions(copy, fs::perms::owner_write, fs::perm_options::add);
  }
}

bool CopiedModel::Contains(const std::string& text) const {
  return ReadFile(PathOf(kConfigFile)).find(text) != std::string::npos;
}

void CopiedModel::Replace(const std::string& from, const std::string& to) const {
  auto text = ReadFile(PathOf(kConfigFile));
  const auto place = text.find(from);
  ASSERT_NE(place, std::string::npos) << from;
  WriteFileWhole(PathOf(kConfigFile), text.replace(place, from.size(), to));
}

std::string CopiedModel::Refusal() const {
  return ErrorText(ErrorKind::kBadFile, [&] { LoadModel(path()); });
}

}  // namespace wherefore
