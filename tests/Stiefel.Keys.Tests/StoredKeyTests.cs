namespace Stiefel.Keys.Tests;

public sealed class StoredKeyTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-keys-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Read_RawAndSealed_AreToldApart()
    {
        using var raw = StoredKey.Read(Write("raw.key", new byte[32]));
        using var locked = StoredKey.Read(Write("locked.key",
            System.Text.Encoding.ASCII.GetBytes(SealedKey.Seal(new byte[32], "p"u8, new PassphraseCost(PassphraseCost.MinMemoryKiB, 1, 1)).Format())));

        using var key = raw.Open();
        Assert.Equal("raw", key.Name);
        Assert.Null(raw.Locked);
        Assert.NotNull(locked.Locked);
        Assert.Equal(KeyFileProblem.NoKey, Assert.Throws<KeyFileException>(() => locked.Open()).Problem);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Read_OthersCanLook_IsUnsafeAndSaysTheFix(UnixFileMode others)
    {
        var file = Write("open.key", new byte[32]);
        File.SetUnixFileMode(file, OwnerOnly | others);
        var error = Assert.Throws<KeyFileException>(() => StoredKey.Read(file));
        Assert.Equal(KeyFileProblem.Unsafe, error.Problem);
        Assert.Contains("chmod 600", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckDirectory_OthersCanAddKeys_IsUnsafe()
    {
        StoredKey.CheckDirectory(_directory);
        File.SetUnixFileMode(_directory, File.GetUnixFileMode(_directory) | UnixFileMode.GroupWrite);
        Assert.Contains("chmod 700", Assert.Throws<KeyFileException>(() => StoredKey.CheckDirectory(_directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnotherUsersFile_IsUnsafeAndSaysTheFix()
    {
        var file = Write("theirs.key", new byte[32]);
        GiveAway(file);
        var error = Assert.Throws<KeyFileException>(() => StoredKey.Read(file));
        Assert.Equal(KeyFileProblem.Unsafe, error.Problem);
        Assert.Contains("another user", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckDirectory_AnotherUsers_IsUnsafe()
    {
        GiveAway(_directory);
        Assert.Equal(KeyFileProblem.Unsafe, Assert.Throws<KeyFileException>(() => StoredKey.CheckDirectory(_directory)).Problem);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(100_000)]
    public void Read_OtherSize_IsNoKey(int size) =>
        Assert.Equal(KeyFileProblem.NoKey, Assert.Throws<KeyFileException>(() => StoredKey.Read(Write("bad.key", new byte[size]))).Problem);

    [Fact]
    public void Read_Missing_IsUnreadable() =>
        Assert.Equal(KeyFileProblem.Unreadable, Assert.Throws<KeyFileException>(() => StoredKey.Read(Path.Combine(_directory, "none.key"))).Problem);

    // Changes the owner to the user nobody; the tests run as root.
    private static void GiveAway(string path) => Linux.Programs.ExternalProgram.Run("chown", ["65534", path]);

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, OwnerOnly);
        return path;
    }
}
