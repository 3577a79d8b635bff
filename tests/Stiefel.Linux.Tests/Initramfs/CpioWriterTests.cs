using System.Text;
using Stiefel.Linux.Initramfs;
using Xunit;

namespace Stiefel.Linux.Tests.Initramfs;

public sealed class CpioWriterTests
{
    private const UnixFileMode Mode755 = (UnixFileMode)0x1ED;
    private const UnixFileMode Mode600 = (UnixFileMode)0x180;

    // Typed from Documentation/driver-api/early-userspace/buffer-format.rst: a file `a/b` with mode 0100600 and the content "hi\n".
    private const string GoldenFile =
        "070701" + "00000001" + "00008180" + "000003E8" + "000003E9" + "00000001" + "5F5E1000" + "00000003" +
        "00000000" + "00000000" + "00000000" + "00000000" + "00000004" + "00000000" + "a/b\0" + "\0\0" + "hi\n" + "\0";

    private const string GoldenTrailer =
        "070701" + "00000000" + "00000000" + "00000000" + "00000000" + "00000001" + "00000000" + "00000000" +
        "00000000" + "00000000" + "00000000" + "00000000" + "0000000B" + "00000000" + "TRAILER!!!\0" + "\0\0\0";

    [Fact]
    public void AddFile_OneSmallFile_GivesTheBytesOfTheSpecification()
    {
        var archive = new MemoryStream();
        var writer = new CpioWriter(archive) { Modified = 0x5F5E1000, UserId = 1000, GroupId = 1001 };
        writer.AddFile("a/b", Mode600, "hi\n"u8.ToArray());
        writer.Complete();

        Assert.Equal(0, archive.Length % 512);
        var text = Encoding.Latin1.GetString(archive.ToArray());
        Assert.Equal(GoldenFile + GoldenTrailer, text[..(GoldenFile.Length + GoldenTrailer.Length)]);
        Assert.Equal("", text[(GoldenFile.Length + GoldenTrailer.Length)..].Trim('\0'));
    }

    [Fact]
    public void Archive_OfEveryKind_IsListedByGnuCpioAsWritten()
    {
        var lines = GnuCpio.Run(["-itv", "--numeric-uid-gid", "--quiet"], BuildArchive()).TrimEnd('\n').Split('\n');

        Assert.Collection(
            lines,
            line => Assert.Matches("^drwxr-xr-x +2 0 +0 +0 Jan +1 +1970 stiefel$", line),
            line => Assert.Matches("^-rwxr-xr-x +1 0 +0 +5 Jan +1 +1970 stiefel/init$", line),
            line => Assert.Matches("^-rw------- +1 7 +8 +70001 Jan +1 +1970 stiefel/session$", line),
            line => Assert.Matches("^lrwxrwxrwx +1 7 +8 +6 Jan +1 +1970 stiefel/link -> ../bin$", line),
            line => Assert.Matches("^crw------- +1 7 +8 +5, +1 Jan +1 +1970 console$", line));
    }

    [Fact]
    public void Archive_UnpackedByGnuCpio_HoldsTheContent()
    {
        using var directory = new TemporaryDirectory();
        var archive = directory.File("a.cpio");
        File.WriteAllBytes(archive, BuildArchive());
        GnuCpio.Run(["-i", "--quiet", "-D", directory.Path, "-F", archive, "stiefel", "stiefel/*"], []);

        Assert.Equal("#!/x\n", File.ReadAllText(directory.File("stiefel/init")));
        Assert.Equal(70001, new FileInfo(directory.File("stiefel/session")).Length);
        Assert.Equal(Mode600, File.GetUnixFileMode(directory.File("stiefel/session")));
    }

    [Fact]
    public async Task AddFileAsync_SameCalls_GiveTheSameBytes()
    {
        var archive = new MemoryStream();
        var writer = new CpioWriter(archive);
        writer.AddDirectory("d", Mode755);
        await writer.AddFileAsync("d/f", Mode600, new MemoryStream(new byte[200_001]), 200_001, TestContext.Current.CancellationToken);
        await writer.CompleteAsync(TestContext.Current.CancellationToken);

        var other = new MemoryStream();
        var twin = new CpioWriter(other);
        twin.AddDirectory("d", Mode755);
        twin.AddFile("d/f", Mode600, new MemoryStream(new byte[200_001]), 200_001);
        twin.Complete();
        Assert.Equal(other.ToArray(), archive.ToArray());
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    public void AddFile_StreamOfAnotherLength_IsRefused(int actual)
    {
        var writer = new CpioWriter(new MemoryStream());
        var error = Assert.Throws<InvalidDataException>(() => writer.AddFile("f", Mode600, new MemoryStream(new byte[actual]), 10));
        Assert.Contains("instead of the 10 announced", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("./a")]
    [InlineData("a//b")]
    [InlineData("a\0b")]
    public void AddDirectory_PathOutsideTheArchive_IsRefused(string path) =>
        Assert.Throws<ArgumentException>(() => new CpioWriter(new MemoryStream()).AddDirectory(path, Mode755));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    [InlineData(0x1_0000_0001, 3)]
    public void Padding_AfterAnyLength_ReachesAMultipleOfFour(long length, int expected) =>
        Assert.Equal(new byte[expected], CpioPadding.After(length).ToArray());

    private static byte[] BuildArchive()
    {
        var archive = new MemoryStream();
        var writer = new CpioWriter(archive);
        writer.AddDirectory("stiefel", Mode755);
        writer.AddFile("stiefel/init", Mode755, "#!/x\n"u8.ToArray());
        writer.UserId = 7;
        writer.GroupId = 8;
        writer.AddFile("stiefel/session", Mode600, new MemoryStream(new byte[70001]), 70001);
        writer.AddSymlink("stiefel/link", "../bin");
        writer.AddDevice("console", Mode600, 5, 1);
        writer.Complete();
        return archive.ToArray();
    }
}
