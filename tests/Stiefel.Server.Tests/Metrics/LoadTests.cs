using Microsoft.Extensions.DependencyInjection;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Control;
using Stiefel.Server.Metrics;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Metrics;

/// <summary>The load of the disk: how it is kept and how it is sent.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Meter_FromLookToLook_TellsRatesOfThatTime()
    {
        var time = new ManualTime();
        var totals = new NbdTotals(1000, 5000, 10, 0, 0);
        var meter = new LoadMeter(() => totals, time);
        totals = new NbdTotals(3000, 9000, 30, 2, TimeSpan.FromMilliseconds(3).Ticks * (System.Diagnostics.Stopwatch.Frequency / TimeSpan.TicksPerSecond));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new LoadSample(time.GetUtcNow(), 2000, 1000, 10, 1.5, 77, 41), meter.Look(77, 41));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new LoadSample(time.GetUtcNow(), 0, 0, 0, null, null, null), meter.Look(null, null));
    }

    [Fact]
    public async Task History_OfLongUse_KeepsAMinuteAndAnHour()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var history = new LoadHistory(server.Services.GetRequiredService<NbdServer>(), TimeProvider.System);
        for (var i = 0; i < (LoadHistory.Stretches + 5) * 10; i++)
        {
            history.Look();
        }

        Assert.Equal(LoadHistory.Seconds, history.Now.Minute.Count);
        Assert.Equal(LoadHistory.Stretches, history.Now.Hour.Count);
    }

    [Fact]
    public async Task Live_OfADesktopThatWrites_TellsEachSecondWithItsLatency()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        using var disk = server.Connect(desktop.ExportName)!;
        using var http = server.AdminClient(_files.Key);
        using var answer = await http.GetAsync("/api/v1/load/live", HttpCompletionOption.ResponseHeadersRead, Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        for (var i = 0; i < 16; i++)
        {
            disk.WriteUnflushed(0, new byte[65536]);
        }

        var told = new List<LoadSample>();
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(20));
        while (!told.Any(sample => sample.WrittenBytes > 0 && sample.LatencyMs > 0))
        {
            if (await lines.ReadLineAsync(limit.Token) is { Length: > 0 } line)
            {
                told.Add(ControlDocuments.ReadLoadSample(line["data: ".Length..]));
            }
        }

        Assert.Contains(told, sample => sample.Requests > 0);
        Assert.All(told, sample => Assert.NotNull(sample.UnwrittenBytes));
        Assert.NotEmpty(ControlDocuments.ReadLoad(await http.GetStringAsync("/api/v1/load", Token)).Minute);
    }

    [Fact]
    public async Task Live_OfARevokedKey_Ends()
    {
        using var other = _files.AddKey("other");
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(other);
        using var answer = await http.GetAsync("/api/v1/load/live", HttpCompletionOption.ResponseHeadersRead, Token);
        using var owner = server.AdminClient(_files.Key);
        using var revoked = await owner.DeleteAsync("/api/v1/keys/other", Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(20));
        while (await lines.ReadLineAsync(limit.Token) is not null)
        {
        }
    }
}
