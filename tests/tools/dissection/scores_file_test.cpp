#include "tools/dissection/scores_file.h"

#include <cmath>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "explain/error.h"
#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/temporary_directory.h"
#include "tools/report/npy.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// A folder of two pictures, of which only the names count here, and files of scores beside it.
class ScoresFileTest : public testing::Test {
 protected:
  ScoresFileTest() {
    MakeDirectory(pictures_ + "/deep");
    for (const auto* name : {"b.PNG", "deep/a.jpg", "notes.txt"}) WriteFileWhole(pictures_ + "/" + name, "x");
  }

  ConceptScores Csv(const std::string& text) const {
    WriteFileWhole(directory_.PathOf("s.csv"), text);
    return ReadConceptScores(directory_.PathOf("s.csv"), pictures_);
  }

  ConceptScores Npy(const at::Tensor& scores, const std::string& names) const {
    WriteNpy(directory_.PathOf("s.npy"), scores);
    WriteFileWhole(directory_.PathOf("s.txt"), names);
    return ReadConceptScores(directory_.PathOf("s.npy"), pictures_);
  }

  std::string CsvRefused(const std::string& text) const {
    const auto error = ErrorText(ErrorKind::kBadFile, [&] { Csv(text); });
    EXPECT_THAT(error, HasSubstr("s.csv: "));
    return error;
  }

  std::string NpyRefused(const at::Tensor& scores, const std::string& names) const {
    return ErrorText(ErrorKind::kBadFile, [&] { Npy(scores, names); });
  }

  TemporaryDirectory directory_;
  std::string pictures_ = directory_.PathOf("pictures");
};

TEST_F(ScoresFileTest, ListsPicturesInAllFolders) {
  EXPECT_THAT(PicturesIn(pictures_), ElementsAre("b.PNG", "deep/a.jpg"));
  EXPECT_THAT(PicturesIn(pictures_ + "/"), ElementsAre("b.PNG", "deep/a.jpg"));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { PicturesIn(directory_.PathOf("none")); }),
              HasSubstr("is no directory"));
  MakeDirectory(directory_.PathOf("empty"));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { PicturesIn(directory_.PathOf("empty")); }),
              HasSubstr("holds no JPEG"));
}

TEST_F(ScoresFileTest, ReadsCsvInAnyOrderOfRows) {
  const auto scores =
      Csv("\xEF\xBB\xBFimage,cat,\"a dog, \"\"asleep\"\"\"\r\ndeep/a.jpg,0.5,-1e-2\r\nb.PNG,2,3\r\n\r\n");
  EXPECT_THAT(scores.concepts, ElementsAre("cat", "a dog, \"asleep\""));
  EXPECT_THAT(scores.pictures, ElementsAre("b.PNG", "deep/a.jpg"));
  EXPECT_TRUE(at::equal(scores.scores, at::tensor({2.0F, 3.0F, 0.5F, -0.01F}).view({2, 2}))) << scores.scores;
}

TEST_F(ScoresFileTest, ReadsNpyInTheOrderOfThePictures) {
  const auto matrix = at::arange(6, at::kFloat).view({2, 3});
  const auto scores = Npy(matrix, "cat\ndog\na red sky\n");
  EXPECT_THAT(scores.concepts, ElementsAre("cat", "dog", "a red sky"));
  EXPECT_THAT(scores.pictures, ElementsAre("b.PNG", "deep/a.jpg"));
  EXPECT_TRUE(at::equal(scores.scores, matrix));
}

TEST_F(ScoresFileTest, RefusesDamagedCsv) {
  const std::string both = "b.PNG,1,2\ndeep/a.jpg,3,4\n";
  EXPECT_THAT(CsvRefused(""), HasSubstr("the file is empty"));
  EXPECT_THAT(CsvRefused("picture,x,y\n" + both), HasSubstr("line 1: the first field is 'picture'"));
  EXPECT_THAT(CsvRefused("image\n"), HasSubstr("there is no concept"));
  EXPECT_THAT(CsvRefused("image,x,x\n" + both), HasSubstr("line 1: the concept 'x' appears twice"));
  EXPECT_THAT(CsvRefused("image,x,\n" + both), HasSubstr("a concept has no name"));
  EXPECT_THAT(CsvRefused("image,x,\"y\n" + both), HasSubstr("line 1: a quote is not closed"));
  EXPECT_THAT(CsvRefused("image,x,y\n" + both + "c.png,1,2\n"), HasSubstr("line 4: there is no picture 'c.png'"));
  EXPECT_THAT(CsvRefused("image,x,y\nb.png,1,2\n"), HasSubstr("did you mean 'b.PNG'"));
  EXPECT_THAT(CsvRefused("image,x,y\n" + both + "b.PNG,1,2\n"),
              HasSubstr("line 4: picture 'b.PNG' has a row already, on line 2"));
  EXPECT_THAT(CsvRefused("image,x,y\nb.PNG,1,2\n"), HasSubstr("picture 'deep/a.jpg' has no row"));
  EXPECT_THAT(CsvRefused("image,x,y\nb.PNG,1\n"), HasSubstr("line 2: there are 1 scores, but 2 concepts"));
  for (const std::string value : {"nan", "inf", "1e999", "", "1x", "one", " 1"}) {
    EXPECT_THAT(CsvRefused("image,x,y\nb.PNG,1," + value + "\ndeep/a.jpg,3,4\n"),
                HasSubstr("line 2: the score of 'y' is '" + value + "', but must be a finite number"));
  }
}

TEST_F(ScoresFileTest, RefusesDamagedNpy) {
  EXPECT_THAT(NpyRefused(at::ones({3, 2}), "x\ny\n"),
              AllOf(HasSubstr("[3, 2], but must be [2, 2]"), HasSubstr("s.txt")));
  EXPECT_THAT(NpyRefused(at::ones({2, 2}), "x\ny\nz"), HasSubstr("[2, 2], but must be [2, 3]"));
  EXPECT_THAT(NpyRefused(at::ones({2, 2}), "x\nx\n"), HasSubstr("s.txt: the concept 'x' appears twice"));
  EXPECT_THAT(NpyRefused(at::ones({2, 2}), "x\n\nz"), HasSubstr("a concept has no name"));
  auto damaged = at::ones({2, 2});
  damaged[1][0].fill_(NAN);
  EXPECT_THAT(NpyRefused(damaged, "x\ny\n"), HasSubstr("the score of 'x' in row 1 ('deep/a.jpg') is NaN or infinite"));
  WriteFileWhole(directory_.PathOf("t.npy"), "x");
  WriteFileWhole(directory_.PathOf("t.txt"), "x");
  const auto read = [&](const std::string& name) {
    return ErrorText(ErrorKind::kBadFile, [&] { ReadConceptScores(directory_.PathOf(name), pictures_); });
  };
  EXPECT_THAT(read("t.npy"), AllOf(HasSubstr("t.npy: "), HasSubstr("no .npy file")));
  WriteNpy(directory_.PathOf("alone.npy"), at::ones({2, 2}));
  EXPECT_THAT(read("alone.npy"), HasSubstr("alone.txt"));
  EXPECT_THAT(read("t.txt"), HasSubstr("must end in .csv or .npy"));
}

}  // namespace
}  // namespace wherefore
