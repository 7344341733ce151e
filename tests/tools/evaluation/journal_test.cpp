#include "tools/evaluation/journal.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kSetup = R"({"format":2,"methods":["grad-cam"]})";

CaseResult Result() {
  CaseResult result;
  result.index = 3;
  result.name = "dog \"a\", 1.jpg: is there a dog?";
  result.picture = "dog.jpg";
  result.placed = 1;
  result.wrong = 2;
  result.placeless = 4;
  result.records = {{5, "dog", "animal", "grad-cam", "pointing", "", 0.1 + 0.2, {}},
                    {5, "dog", "animal", "grad-cam", "inside-outside", "part", 1.0 / 3, 1e-300}};
  result.undefined = {{"animal", "grad-cam", "sensitivity", "a part"}};
  return result;
}

class JournalTest : public testing::Test {
 protected:
  const std::string& path() const { return path_; }

  TemporaryDirectory directory_;
  std::string path_ = directory_.PathOf(kJournalFile);
};

TEST_F(JournalTest, GivesBackToTheBitWhatItWasGiven) {
  Journal(path(), kSetup, false).Add(1, Result());
  const Journal again(path(), kSetup, true);
  ASSERT_EQ(again.finished().size(), 1);
  EXPECT_EQ(again.finished()[0].model, 1);
  const auto& result = again.finished()[0].result;
  EXPECT_EQ(result.index, 3);
  EXPECT_EQ(result.name, Result().name);
  EXPECT_EQ(result.picture, "dog.jpg");
  EXPECT_EQ(result.placed, 1);
  EXPECT_EQ(result.wrong, 2);
  EXPECT_EQ(result.placeless, 4);
  ASSERT_EQ(result.records.size(), 2);
  EXPECT_EQ(result.records[0].row, 5);
  EXPECT_EQ(result.records[0].value, 0.1 + 0.2);
  EXPECT_FALSE(result.records[0].over);
  EXPECT_EQ(result.records[1].part, "part");
  EXPECT_EQ(result.records[1].value, 1.0 / 3);
  EXPECT_EQ(result.records[1].over.value(), 1e-300);
  ASSERT_EQ(result.undefined.size(), 1);
  EXPECT_EQ(result.undefined[0].group, "animal");
  EXPECT_EQ(result.undefined[0].method, "grad-cam");
  EXPECT_EQ(result.undefined[0].measure, "sensitivity");
  EXPECT_EQ(result.undefined[0].part, "a part");
}

TEST_F(JournalTest, DropsATornLastLineAndGoesOnBehindTheOneBefore) {
  {
    Journal journal(path(), kSetup, false);
    journal.Add(0, Result());
    journal.Add(0, Result());
  }
  const auto whole = ReadFile(path());
  WriteFileWhole(path(), whole.substr(0, whole.size() - 20));
  {
    Journal journal(path(), kSetup, true);
    EXPECT_EQ(journal.finished().size(), 1);
    journal.Add(0, Result());
  }
  EXPECT_EQ(ReadFile(path()), whole);
}

TEST_F(JournalTest, BeginsAnewWhereEvenTheFirstLineIsTorn) {
  WriteFileWhole(path(), "{\"form");
  EXPECT_TRUE(Journal(path(), kSetup, true).finished().empty());
  EXPECT_EQ(ReadFile(path()), std::string(kSetup) + "\n");
}

TEST_F(JournalTest, RefusesAnotherSetupAndSaysWhatDiffers) {
  Journal(path(), kSetup, false).Add(0, Result());
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Journal(path(), R"({"format":2,"methods":["hires-cam"]})", true); }),
              AllOf(HasSubstr("methods is [\"grad-cam\"] there, but [\"hires-cam\"] here")));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Journal(path(), R"({"format":2})", true); }),
              HasSubstr("more settings"));
}

TEST_F(JournalTest, RefusesToOverwriteWhatCanBeResumed) {
  Journal(path(), kSetup, false).Add(0, Result());
  const auto before = ReadFile(path());
  EXPECT_THAT(ErrorText(ErrorKind::kUsage, [&] { Journal(path(), kSetup, false); }), HasSubstr("--resume"));
  EXPECT_EQ(ReadFile(path()), before);
}

TEST_F(JournalTest, SaysWhichLineIsDamaged) {
  WriteFileWhole(path(), std::string(kSetup) + "\n{\"model\":0}\n");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Journal(path(), kSetup, true); }), HasSubstr("line 2"));
  WriteFileWhole(path(), std::string(kSetup) + "\nnonsense\n");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Journal(path(), kSetup, true); }), HasSubstr("line 2"));
}

TEST_F(JournalTest, SaysWhereItCannotBeWritten) {
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Journal(directory_.PathOf("missing/journal"), kSetup, false); }),
              StartsWith("cannot write"));
}

}  // namespace
}  // namespace wherefore
