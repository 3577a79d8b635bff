using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests;
using Stiefel.Linux.Tests.Mounts;
using Stiefel.Server.Configuration;
using Stiefel.Server.Grants;
using Stiefel.Server.State;

namespace Stiefel.Server.Tests.State;

public sealed class StateFileTests : IDisposable
{
    private static readonly GrantRecord s_record = new("00", "s-x", "fe80::1%2", "/dev/sda", false, DateTimeOffset.UnixEpoch);

    private readonly TemporaryDirectory _directory = new();

    private string FilePath => Path.Combine(_directory.Path, "deep", "state.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Write_Twice_LeavesTheSecondAndNothingElse()
    {
        var file = new StateFile<GrantRecord>(FilePath, GrantJson.Default.GrantRecord);
        Assert.Null(file.Read());
        file.Write(s_record);
        file.Write(s_record with { ExportName = "s-y" });
        Assert.Equal(s_record with { ExportName = "s-y" }, file.Read());
        Assert.Equal([FilePath], Directory.GetFiles(Path.GetDirectoryName(FilePath)!));
    }

    [Fact]
    public void Write_NewDirectory_IsForItsOwnerOnly()
    {
        new StateFile<GrantRecord>(FilePath, GrantJson.Default.GrantRecord).Write(s_record);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(FilePath)!));
    }

    [Fact]
    public void WriteAndDelete_MachineLosesItsPowerAtOnce_AreDone()
    {
        var image = FileSystemImage.Make(_directory.File("disk"), "ext4");
        var (written, deleted) = (image + ".written", image + ".deleted");
        FileSystemImage.Populate(image, _directory.Path, mounted =>
        {
            var file = FileIn(mounted);
            file.Write(s_record);
            file.Write(s_record with { ExportName = "s-y" });
            ExternalProgram.Run("cp", ["--sparse=always", image, written]);
            file.Delete();
            ExternalProgram.Run("cp", ["--sparse=always", image, deleted]);
        });

        FileSystemImage.Populate(written, _directory.Path, mounted => Assert.Equal("s-y", FileIn(mounted).Read()!.ExportName));
        FileSystemImage.Populate(deleted, _directory.Path, mounted => Assert.Null(FileIn(mounted).Read()));

        static StateFile<GrantRecord> FileIn(string directory) => new(Path.Combine(directory, "state.json"), GrantJson.Default.GrantRecord);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite, "chmod 700")]
    [InlineData(UnixFileMode.OtherWrite, "chmod 700")]
    public void Directory_OthersMayWriteToIt_IsRefusedWithTheFix(UnixFileMode more, string fix)
    {
        var directory = Path.GetDirectoryName(FilePath)!;
        StateDirectory.Prepare(directory);
        StateDirectory.Prepare(directory);
        File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | more);
        Assert.Contains(fix, Assert.Throws<UnsafeSettingsException>(() => StateDirectory.Prepare(directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directory_OfAnotherUser_IsRefused()
    {
        var directory = Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!).FullName;
        ExternalProgram.Run("chown", ["65534", directory]);
        Assert.Contains("another user", Assert.Throws<UnsafeSettingsException>(() => StateDirectory.Prepare(directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HugeFile_IsRefused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, new string(' ', 600_000));
        Assert.Throws<IOException>(() => new StateFile<GrantRecord>(FilePath, GrantJson.Default.GrantRecord).Read());
    }
}
