using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Events;

/// <summary>GET /api/v1/events at a complete server.</summary>
public sealed class EventStreamTests : IDisposable
{
    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Stream_WhileADesktopBoots_TellsOfIt()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        using var reader = new EventReader(http);
        await reader.ConnectAsync();
        Assert.Equal((EventTopics.Server, "started"), (await reader.ReadAsync()) is { } first ? (first.Topic, first.Stage) : default);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        await desktop.RequestDiskAsync();
        var granted = await reader.ReadToAsync("granted");
        Assert.Equal((EventTopics.Desktop, "127.0.0.1"), (granted.Topic, granted.Machine));
    }

    /// <summary>The reader reconnects at random every few events while a thousand are added.</summary>
    [Fact]
    public async Task Stream_OfAClientThatComesBackAgainAndAgain_MissesNothing()
    {
        const int Count = 1000;
        await using var server = await RunningServer.StartAsync(_files);
        var journal = server.Services.GetRequiredService<EventJournal>();
        using var http = server.AdminClient(_files.Key);
        using var reader = new EventReader(http);
        var noting = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
            {
                journal.Add(EventTopics.Link, "number", $"{i}");
                await Task.Yield();
            }
        }, Token);
        var seen = new List<string>();
        var random = new Random(7);
        while (seen.Count < Count)
        {
            await reader.ConnectAsync();
            for (var left = random.Next(1, 100); left > 0 && seen.Count < Count; left--)
            {
                if (await reader.ReadAsync() is { Stage: "number" } happened)
                {
                    seen.Add(happened.Text);
                }
            }

            reader.Disconnect();
        }

        await noting;
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), seen);
    }

    [Fact]
    public async Task Stream_OfAClientThatWasAwayTooLong_SaysHowManyAreMissing()
    {
        await using var server = await RunningServer.StartAsync(_files);
        var journal = server.Services.GetRequiredService<EventJournal>();
        using var http = server.AdminClient(_files.Key);
        using var reader = new EventReader(http);
        await reader.ConnectAsync();
        await reader.ReadAsync();
        reader.Disconnect();
        for (var i = 0; i < EventJournal.MaxEvents + 5; i++)
        {
            journal.Add(EventTopics.Link, "number", $"{i}");
        }

        await reader.ConnectAsync();
        var gap = await reader.ReadAsync();
        Assert.Equal((EventTopics.Journal, "gap", "5 events before this one are no longer kept"), (gap!.Topic, gap.Stage, gap.Text));
        Assert.Equal("5", (await reader.ReadAsync())!.Text);
    }

    [Fact]
    public async Task Stream_ServerEnds_EndsWithIt()
    {
        var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        using var reader = new EventReader(http);
        await reader.ConnectAsync();
        await reader.ReadAsync();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await server.DisposeAsync();
        Assert.True(clock.Elapsed < TimeLimit.Seconds(5), $"the server waited {clock.Elapsed} for a watcher");
    }

    [Fact]
    public async Task Stream_ItsKeyIsRevoked_Ends()
    {
        using var other = _files.AddKey("other");
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        using var reader = new EventReader(http);
        await reader.ConnectAsync();
        await reader.ReadAsync();
        using var owner = server.AdminClient(other);
        (await owner.DeleteAsync("/api/v1/keys/stick", Token)).EnsureSuccessStatusCode().Dispose();
        while (await reader.ReadAsync() is { } happened)
        {
            Assert.Equal(EventTopics.Key, happened.Topic);
        }
    }

    [Fact]
    public async Task Watchers_MoreThanMay_AreRefusedAndTheOthersStay()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var http = server.AdminClient(_files.Key);
        var readers = new List<EventReader>();
        for (var i = 0; i < EventWatchers.Most; i++)
        {
            readers.Add(new EventReader(http));
            await readers[^1].ConnectAsync();
        }

        using (var refused = await http.GetAsync("/api/v1/events", Token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        server.Services.GetRequiredService<EventJournal>().Add(EventTopics.Link, "all", "for everybody");
        foreach (var reader in readers)
        {
            await reader.ReadToAsync("all");
            reader.Dispose();
        }

        var watchers = server.Services.GetRequiredService<EventWatchers>();
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(20));
        while (watchers.Count > 0)
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
