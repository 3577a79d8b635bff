using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk.Kernel.Foreign;
using Stiefel.Cli.Ramdisk.Steps;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

/// <summary>The source of a driver is used only if it is the one that the configuration names.</summary>
public sealed class SourceArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_directory.Path, "target");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Archive_OfTheExpectedHash_IsCopied()
    {
        var archive = _directory.Write("driver.tar", "source");
        await SourceArchive.FetchAsync(new ForeignDriver(archive, ContentHash.Of("source"u8)), Target, Token);
        Assert.Equal("source", await File.ReadAllTextAsync(Target, Token));
    }

    [Fact]
    public async Task Archive_OfAnotherHash_IsRefusedAndGone()
    {
        var archive = _directory.Write("driver.tar", "changed");
        var error = await Assert.ThrowsAsync<FailedException>(() => SourceArchive.FetchAsync(new ForeignDriver(archive, ContentHash.Of("source"u8)), Target, Token));
        Assert.Contains($"has the SHA-256 {ContentHash.Of("changed"u8)}, and the configuration expects {ContentHash.Of("source"u8)}", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Archive_ThatIsEndless_IsRefusedAndGone()
    {
        var error = await Assert.ThrowsAsync<FailedException>(() => SourceArchive.FetchAsync(new ForeignDriver("/dev/zero", new string('0', 64)), Target, Token));
        Assert.Contains("/dev/zero has more than 64", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData("/nowhere/driver.tar")]
    [InlineData("http://127.0.0.1:1/driver.tar")]
    public async Task Archive_ThatCannotBeFetched_IsSaidToBeSo(string address)
    {
        var error = await Assert.ThrowsAsync<FailedException>(() => SourceArchive.FetchAsync(new ForeignDriver(address, new string('0', 64)), Target, Token));
        Assert.StartsWith($"initrd.drivers: {address} cannot be fetched: ", error.Message, StringComparison.Ordinal);
    }
}
