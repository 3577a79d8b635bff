using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Tests;
using Stiefel.Server.BootReading;

namespace Stiefel.Server.Tests.BootReading;

public sealed class BootImageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Read_SeveralRegions_BeginEachAtAMultipleOfFour()
    {
        var image = new BootImage(File("a", "aaaaa"), File("b", "bbbb"), File("c", "c"));
        Assert.Equal("aaaaa\0\0\0bbbbc", await ReadAsync(image));
        Assert.Equal(13, image.Length);
    }

    [Fact]
    public async Task Read_RegionInsideAFile_IsThatPart() =>
        Assert.Equal("cde", await ReadAsync(new BootImage(File("a", "abcdefg") with { Offset = 2, Length = 3 })));

    [Fact]
    public async Task Read_NoRegions_IsEmpty() => Assert.Equal("", await ReadAsync(new BootImage([])));

    [Fact]
    public async Task Read_FileBecameShorter_Fails()
    {
        var image = new BootImage(File("a", "abc") with { Length = 4 });
        await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync(image));
    }

    private FileRegion File(string name, string content)
    {
        var path = System.IO.Path.Combine(_directory.Path, name);
        System.IO.File.WriteAllText(path, content);
        return new FileRegion(path, 0, content.Length);
    }

    private static async Task<string> ReadAsync(BootImage image)
    {
        using var all = new MemoryStream();
        await image.ReadAsync((bytes, token) => all.WriteAsync(bytes, token), TestContext.Current.CancellationToken);
        return System.Text.Encoding.ASCII.GetString(all.ToArray());
    }
}
