using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Power;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Power;

/// <summary>The complete server on a /sys made of files.</summary>
public sealed class PowerTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(20);

    private readonly ServerFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Power_EveryState_IsToldOnScreenAndControlPlaneAndFeed()
    {
        Set("1", "Charging", "80");
        await using var server = await StartAsync();
        var feed = new List<string>();
        server.Services.GetRequiredService<PowerFeed>().Changed += moment =>
        {
            lock (feed)
            {
                feed.Add(moment.Word);
            }
        };
        await WaitForAsync(server, PowerStates.OnAc);
        foreach ((var online, var status, var capacity, var state) in new[]
        {
            ("0", "Discharging", "80", PowerStates.OnBattery), ("0", "Discharging", "12", PowerStates.Low), ("0", "Discharging", "3", PowerStates.Critical),
            ("rubbish", "", "3", PowerStates.Unknown), ("1", "Charging", "4", PowerStates.OnAc),
        })
        {
            Set(online, status, capacity);
            await WaitForAsync(server, state);
        }

        lock (feed)
        {
            Assert.Equal([PowerStates.OnBattery, PowerStates.Low, PowerStates.Critical, PowerStates.Unknown, PowerStates.OnAc], feed.SkipWhile(word => word == PowerStates.OnAc));
        }

        var events = server.Services.GetRequiredService<EventJournal>().ReadAfter(0, 100, out _).Select(noted => noted.Event).Where(noted => noted.Topic == EventTopics.Power).ToList();
        Assert.Equal([PowerStates.OnBattery, PowerStates.Low, PowerStates.Critical, PowerStates.Unknown, PowerStates.OnAc], events.Select(noted => noted.Stage));
        Assert.NotEmpty(server.Log.With("Information: power: the laptop is on battery, 80%"));
        Assert.NotEmpty(server.Log.With("Warning: power: the laptop's battery is low: plug its adapter in, 12%"));
        Assert.NotEmpty(server.Log.With("Warning: power: the laptop's battery is nearly empty"));
    }

    [Fact]
    public async Task Power_OfSupplies_TellsEachOfThem()
    {
        Set("0", "Discharging", "42");
        Write("BAT0/charge_now", "1000000");
        Write("BAT0/charge_full", "2000000");
        Write("BAT0/current_now", "500000");
        await using var server = await StartAsync();
        var power = await WaitForAsync(server, PowerStates.OnBattery);
        Assert.Equal((42, 120), (power.Percent, power.MinutesLeft));
        Assert.Equal(
            [new PowerSupplyStatus("AC", "Mains", false, "", null, true), new PowerSupplyStatus("BAT0", "Battery", null, "Discharging", 42, true)], power.Supplies);
        using (var http = server.AdminClient(_files.Key))
        {
            Assert.Contains("stiefel_battery_ratio 0.42\n", await http.GetStringAsync("/metrics", Token), StringComparison.Ordinal);
        }

        Assert.Equal(new AlarmStatus(IsOn: false, HasSpeaker: false, IsSilenced: false), power.Alarm);
    }

    [Fact]
    public async Task Power_NotWatched_IsUnknown()
    {
        await using var server = await RunningServer.StartAsync(_files, "--Power:Watch", "false");
        Assert.Equal(PowerStates.Unknown, (await GetAsync(server)).State);
    }

    [Fact]
    public async Task Beep_WhereTheLaptopDoesNotBeep_IsAConflict()
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.Conflict, (await BeepAsync(server, """{"test":"low"}""")).Status);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"test":"low","silence":true}""")]
    [InlineData("""{"test":"loud"}""")]
    [InlineData("""{"silence":"yes"}""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task Beep_WithoutSense_IsABadRequest(string body)
    {
        await using var server = await StartAsync("--Power:Beep", "true");
        Assert.Equal(HttpStatusCode.BadRequest, (await BeepAsync(server, body)).Status);
    }

    [Fact]
    public async Task Beep_TestedAndSilenced_SaysSo()
    {
        Set("0", "Discharging", "3");
        await using var server = await StartAsync("--Power:Beep", "true");
        await WaitForAsync(server, PowerStates.Critical);
        Assert.Equal((HttpStatusCode.OK, new AlarmStatus(true, false, false)), await AlarmAsync(server, """{"test":"low"}"""));
        Assert.Equal((HttpStatusCode.OK, new AlarmStatus(true, false, true)), await AlarmAsync(server, """{"silence":true}"""));
        Assert.True((await GetAsync(server)).Alarm.IsSilenced);
        Assert.Equal((HttpStatusCode.OK, new AlarmStatus(true, false, false)), await AlarmAsync(server, """{"silence":false}"""));
    }

    /// <summary>Lights that a killed server left on do not match their locks and are restored.</summary>
    [Fact]
    public async Task Alarm_AfterAServerThatWasKilled_RestoresTheLights()
    {
        Write("../leds/input3::capslock/trigger", "none");
        Write("../leds/input3::capslock/brightness", "1");
        await using var server = await StartAsync("--Power:Beep", "true");
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(_files.Path("leds/input3::capslock/trigger")) == "kbd-capslock", s_limit));
        Assert.Equal("0", File.ReadAllText(_files.Path("leds/input3::capslock/brightness")));
    }

    private Task<RunningServer> StartAsync(params string[] more) => RunningServer.StartAsync(
        _files, ["--Power:Supplies", _files.Path("power"), "--Power:Lights", _files.Path("leds"), "--Power:Inputs", _files.Path("inputs"), "--Power:LookSeconds", "1", .. more]);

    private void Set(string online, string status, string capacity)
    {
        Write("AC/type", "Mains");
        Write("BAT0/type", "Battery");
        Write("AC/online", online);
        Write("BAT0/status", status);
        Write("BAT0/capacity", capacity);
    }

    private void Write(string file, string text)
    {
        var path = _files.Path("power/" + file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Replace the file atomically, because the server may read it at any moment.
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    private async Task<PowerStatus> WaitForAsync(RunningServer server, string state)
    {
        for (var end = Environment.TickCount64 + (long)s_limit.TotalMilliseconds; ;)
        {
            var power = await GetAsync(server);
            if (power.State == state)
            {
                return power;
            }

            Assert.True(Environment.TickCount64 < end, $"{power.State} instead of {state}: {power.Doubt}");
            await Task.Delay(20, Token);
        }
    }

    private async Task<PowerStatus> GetAsync(RunningServer server)
    {
        using var http = server.AdminClient(_files.Key);
        return ControlDocuments.ReadPower(await http.GetStringAsync("/api/v1/power", Token));
    }

    private async Task<(HttpStatusCode, AlarmStatus)> AlarmAsync(RunningServer server, string body)
    {
        (var status, var text) = await BeepAsync(server, body);
        return (status, ControlDocuments.ReadAlarm(text));
    }

    private async Task<(HttpStatusCode Status, string Text)> BeepAsync(RunningServer server, string body)
    {
        using var http = server.AdminClient(_files.Key);
        using var answer = await http.PostAsync("/api/v1/beep", new StringContent(body, Encoding.UTF8, "application/json"), Token);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }
}
