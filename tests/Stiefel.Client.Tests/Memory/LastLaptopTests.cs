using Stiefel.Client.Memory;
using Stiefel.Linux.BlockDevices;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Stick;
using Xunit;

namespace Stiefel.Client.Tests.Memory;

public sealed class LastLaptopTests : IDisposable
{
    private static readonly LaptopIdentity s_wren = LaptopIdentity.Of("0123456789abcdef", "wren");
    private static readonly LaptopIdentity s_robin = LaptopIdentity.Of("fedcba9876543210", "robin");

    private readonly TemporaryDirectory _directory = new();
    private readonly SharedKey _key = SharedKey.Generate("stick");
    private readonly StickMemory _memory = StickMemory.Make();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _directory.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Remember_AmongOtherDrives_ChangesTheStickAloneAndIsRecalled()
    {
        string[] drives = [_directory.File("gone"), MakeDrive("small", 1000), MakeDrive("foreign", 2 << 20), MakeDrive("other", 2 << 20, StickMemory.Make()), MakeDrive("stick", 2 << 20, _memory)];
        var before = drives[1..].ToDictionary(drive => drive, File.ReadAllBytes);
        var last = Last(drives);
        Assert.Equal((false, false), Ask(await last.RecallAsync(Token)));

        Assert.Equal(Remembrance.Kept, await last.RememberAsync(s_wren, Token));

        Assert.Equal((true, false), Ask(await last.RecallAsync(Token)));
        Assert.All(drives[1..^1], drive => Assert.Equal(before[drive], File.ReadAllBytes(drive)));
        var (old, now) = (before[drives[^1]], await File.ReadAllBytesAsync(drives[^1], Token));
        Assert.Equal(old.Length, now.Length);
        Assert.All(Enumerable.Range(0, now.Length).Where(at => old[at] != now[at]), at => Assert.InRange(at, (int)StickMemory.Offset + 32, (int)StickMemory.Offset + 63));

        Assert.Equal(Remembrance.Kept, await last.RememberAsync(s_robin, Token));
        Assert.Equal((false, true), Ask(await last.RecallAsync(Token)));
    }

    [Fact]
    public async Task Remember_SameLaptopAgain_WritesNothing()
    {
        var drive = MakeDrive("stick", 2 << 20, _memory.With(_key, s_wren.Id));
        File.SetLastWriteTimeUtc(drive, DateTime.UnixEpoch);
        Assert.Equal(Remembrance.Kept, await Last(drive).RememberAsync(s_wren, Token));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(drive));
    }

    [Fact]
    public async Task Remember_StickThatCannotBeWritten_IsSaid()
    {
        var drive = MakeDrive("stick", 2 << 20, _memory);
        using var user = BlockDevice.OpenUnchanging(drive);
        Assert.Equal(Remembrance.NotWritable, await Last(drive).RememberAsync(s_wren, Token));
        Assert.Equal((false, false), Ask(await Last(drive).RecallAsync(Token)));
    }

    /// <summary>A person may pull the stick out as soon as the client runs.</summary>
    [Fact]
    public async Task Remember_StickWasPulledOut_IsTold()
    {
        var last = new LastLaptop(_key, _memory.Number, () => []) { Appears = TimeSpan.Zero };
        Assert.Equal(Remembrance.NoStick, await last.RememberAsync(s_wren, Token));
    }

    /// <summary>A laptop may be found before the drivers of the stick are loaded.</summary>
    [Fact]
    public async Task Remember_StickThatAppearsLater_IsAwaited()
    {
        var drive = MakeDrive("stick", 2 << 20, _memory);
        var looks = 0;
        var last = new LastLaptop(_key, _memory.Number, () => ++looks < 3 ? [] : [drive]);
        Assert.Equal(Remembrance.Kept, await last.RememberAsync(s_wren, Token));
        Assert.Equal(3, looks);
    }

    [Fact]
    public async Task Recall_StickThatAppearsLater_IsAwaited()
    {
        var drive = MakeDrive("stick", 2 << 20, _memory.With(_key, s_wren.Id));
        var looks = 0;
        var last = new LastLaptop(_key, _memory.Number, () => ++looks < 3 ? [] : [drive]);
        Assert.Equal((true, false), Ask(await last.RecallAsync(Token)));
        Assert.Equal(3, looks);
    }

    private LastLaptop Last(params string[] drives) => new(_key, _memory.Number, () => drives);

    private static (bool Wren, bool Robin) Ask(Func<LaptopIdentity, bool> isLast) => (isLast(s_wren), isLast(s_robin));

    private string MakeDrive(string name, int length, StickMemory? memory = null)
    {
        var content = new byte[length];
        Random.Shared.NextBytes(content);
        memory?.ToSector().CopyTo(content, StickMemory.Offset);
        File.WriteAllBytes(_directory.File(name), content);
        return _directory.File(name);
    }
}
