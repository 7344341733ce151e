#include "tools/report/output.h"

#include <filesystem>
#include <map>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/explanations.h"
#include "tests/support/system_limits.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/page.h"
#include "tools/report/picture.h"
#include "tools/report/staged_files.h"

namespace wherefore {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(FileNameTest, KeepsLettersDigitsAndHyphensOfAscii) {
  EXPECT_EQ(FileNameOf("a small child"), "a-small-child");
  EXPECT_EQ(FileNameOf("../../etc/passwd"), "etc-passwd");
  EXPECT_EQ(FileNameOf("Äpfel & Birnen!"), "pfel-Birnen");
  EXPECT_EQ(FileNameOf("???"), "");
  EXPECT_LE(FileNameOf(std::string(500, 'x')).size(), 40U);
}

TEST(FileNameTest, IsGivenOnceToPhotographsOfOneName) {
  EXPECT_THAT(UniqueNames({"a/cat.jpg", "b/cat.jpg", "b/cat.png", "犬.jpg", "cat-2.jpg"}),
              ElementsAre("cat", "cat-2", "cat-3", "photograph", "cat-2-2"));
}

TEST(WriteFilesTest, ReplacesItsOwnFilesAndLeavesOthers) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("mine.txt"), "mine");
  WriteFiles(directory.path(), {{"a", "old"}});
  WriteFiles(directory.path(), {{"a", "new"}, {"b", "more"}});
  EXPECT_THAT(directory.Names(), ElementsAre("a", "b", "mine.txt"));
  EXPECT_EQ(ReadFile(directory.PathOf("a")), "new");
}

TEST(WriteFilesTest, WritesNothingWhereTheDiskIsFull) {
  const TemporaryDirectory directory;
  WriteFiles(directory.path(), {{"a", "old"}});
  std::string text;
  {
    const FileSizeLimit limit(1000);
    text = ErrorText(ErrorKind::kBadFile, [&] {
      WriteFiles(directory.path(), {{"a", "new"}, {"b", std::string(5000, 'x')}});
    });
  }
  EXPECT_THAT(text, HasSubstr("File too large"));
  EXPECT_THAT(directory.Names(), ElementsAre("a"));
  EXPECT_EQ(ReadFile(directory.PathOf("a")), "old");
}

TEST(WriteFilesTest, WritesNothingWhereADirectoryIsInTheWay) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.PathOf("b"));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile,
                        [&] {
                          WriteFiles(directory.path(), {{"a", "x"}, {"b", "y"}});
                        }),
              HasSubstr("a directory of that name is there"));
  EXPECT_THAT(directory.Names(), ElementsAre("b"));
}

TEST(WriteFilesTest, PutsEverythingBackWhereAFileCannotBeReplaced) {
  const TemporaryDirectory directory;
  ::chmod(directory.path().c_str(), 01777);  // where nobody may replace what is another's
  WriteFileWhole(directory.PathOf("b"), "another's");
  std::string text;
  {
    const OrdinaryUser user;
    if (::geteuid() == ::getuid()) GTEST_SKIP() << "only the administrator can become another user";
    WriteFiles(directory.path(), {{"a", "old"}});
    text = ErrorText(ErrorKind::kBadFile, [&] {
      WriteFiles(directory.path(), {{"a", "new"}, {"below/c", "new"}, {"b", "new"}});
    });
  }
  EXPECT_THAT(text, HasSubstr("cannot replace '" + directory.PathOf("b") + "'"));
  EXPECT_THAT(directory.Names(), ElementsAre("a", "b"));
  EXPECT_EQ(ReadFile(directory.PathOf("a")), "old");
  EXPECT_EQ(ReadFile(directory.PathOf("b")), "another's");
}

/// A photograph of one class, explained by a method.
ExplainedPhotograph ExplainedBy(const std::string& method) {
  ExplainedPhotograph explained;
  explained.photograph.pixels = at::full({30, 40, 3}, 128, at::kByte);
  auto& explanation = explained.explanation;
  explanation.task = Task::kClassification;
  explanation.method = method;
  explanation.targets = {LabelTargetOf("dog")};
  explanation.maps = at::eye(2, at::kFloat).unsqueeze(0);
  return explained;
}

TEST(WriteExplanationTest, WritesNothingOfAnyMethodWhereOneCannotBeWritten) {
  const TemporaryDirectory directory;
  const auto out = directory.PathOf("out");
  const std::vector<ExplainedPhotograph> methods = {ExplainedBy("grad-cam"), ExplainedBy("rise")};
  std::filesystem::create_directory(out);
  WriteFileWhole(out + "/rise", "a file");
  ErrorText(ErrorKind::kBadFile, [&] { WriteExplanation(out, methods, {}); });
  EXPECT_EQ(ReadFile(out + "/rise"), "a file");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(out), {}), 1) << "and nothing of the first method";

  std::filesystem::remove(out + "/rise");
  WriteExplanation(out, methods, {});
  WriteFileWhole(out + "/rise/maps.npy", "old");
  WriteFileWhole(out + "/grad-cam/maps.npy", "old");
  std::filesystem::remove(out + "/rise/report.html");
  std::filesystem::create_directory(out + "/rise/report.html");
  ErrorText(ErrorKind::kBadFile, [&] { WriteExplanation(out, methods, {}); });
  EXPECT_EQ(ReadFile(out + "/grad-cam/maps.npy"), "old");
}

TEST(WriteExplanationTest, RemovesWhatAnEarlierOneLeftOfEachMethod) {
  const TemporaryDirectory directory;
  for (const char* method : {"grad-cam", "rise"}) {
    std::filesystem::create_directory(directory.PathOf(method));
    WriteFileWhole(directory.PathOf(method) + "/overlay-07-cat.png", "");
  }
  WriteExplanation(directory.path(), {ExplainedBy("grad-cam"), ExplainedBy("rise")}, {});
  for (const char* method : {"grad-cam", "rise"}) {
    EXPECT_FALSE(std::filesystem::exists(directory.PathOf(method) + "/overlay-07-cat.png")) << method;
    EXPECT_TRUE(std::filesystem::exists(directory.PathOf(method) + "/overlay-01-dog.png")) << method;
  }
}

TEST(ExplanationFilesTest, ShowWhatWasDrawnAndDrawNothingThemselves) {
  auto red = at::zeros({30, 40, 3}, at::kByte);
  red.select(2, 0).fill_(200);
  const auto explained = ExplainedBy("grad-cam");
  const Drawing drawing = {explained.photograph.pixels, {"a picture's bytes"}, {red}};
  std::map<std::string, std::string> files;
  for (const auto& [name, bytes] : ExplanationFiles(explained, drawing, {})) files[name] = bytes;
  EXPECT_EQ(files["overlay-01-dog.png"], "a picture's bytes");
  const auto overview = DecodePicture(files["overview.png"]);  // the photograph, and beside it the tile
  EXPECT_TRUE(at::equal(overview.slice(0, 12, 42).slice(1, 64, 104), red)) << overview.sizes();
  EXPECT_THAT(files["report.html"], HasSubstr(DataUri("jpeg", EncodeJpeg(red, 75))));
}

TEST(StagedFilesTest, LeavesNothingOfWhatWasNotMoved) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("a"), "old");
  {
    StagedFiles staged(directory.path());
    staged.Add("a", "new");
    staged.Add("below/deeper/b", "new");
    EXPECT_EQ(ReadFile(directory.PathOf("a")), "old") << "until all are moved";
  }
  EXPECT_THAT(directory.Names(), ElementsAre("a"));
  EXPECT_EQ(ReadFile(directory.PathOf("a")), "old");
}

TEST(StagedFilesTest, KeepApartFromOthersOfTheSameNames) {
  const TemporaryDirectory directory;
  StagedFiles first(directory.path());
  StagedFiles second(directory.path());
  first.Add("a", "first");
  second.Add("a", "second");
  second.MoveIntoPlace();
  first.MoveIntoPlace();
  EXPECT_EQ(ReadFile(directory.PathOf("a")), "first");
}

TEST(CheckOutputDirectoryTest, ChangesNothing) {
  const TemporaryDirectory directory;
  CheckOutputDirectory(directory.path());
  CheckOutputDirectory(directory.PathOf("a/b/c"));
  CheckOutputDirectory("not-there-yet");
  EXPECT_THAT(directory.Names(), IsEmpty());
}

TEST(CheckOutputDirectoryTest, RefusesAFileAndWhatWouldBeBelowOne) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("file"), "");
  for (const std::string path : {"file", "file/below", "file/below/it"}) {
    EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { CheckOutputDirectory(directory.PathOf(path)); }),
              "cannot write into '" + directory.PathOf(path) + "': '" + directory.PathOf("file") +
                  "' is a file; name another directory");
  }
}

TEST(CheckOutputDirectoryTest, RefusesAReadOnlyDirectory) {
  const TemporaryDirectory directory;
  ::chmod(directory.path().c_str(), 0555);
  std::string text;
  {
    const OrdinaryUser user;
    if (!user.is_ordinary()) GTEST_SKIP() << "the administrator may write everywhere";
    text = ErrorText(ErrorKind::kBadFile, [&] { CheckOutputDirectory(directory.PathOf("new")); });
  }
  EXPECT_EQ(text, "cannot write into '" + directory.PathOf("new") + "': Permission denied in '" + directory.path() +
                      "'; name another directory");
}

}  // namespace
}  // namespace wherefore
