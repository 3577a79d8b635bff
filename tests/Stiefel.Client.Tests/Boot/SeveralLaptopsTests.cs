using System.Net;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Tests.Search;
using Stiefel.Protocol.Discovery;
using Xunit;

namespace Stiefel.Client.Tests.Boot;

/// <summary>Tests `boot` if more than one laptop knows the key.</summary>
[Collection("cable")]
public sealed class SeveralLaptopsTests : IDisposable
{
    private static readonly LaptopIdentity s_robin = LaptopIdentity.Of("fedcba9876543210", "robin");

    private readonly TemporaryDirectory _directory = new();
    private readonly Cable _first = new("wren0");
    private readonly Cable _second = new("robin0");
    private readonly TinyHttpServer _http;
    private readonly ScriptedLaptop _laptop;
    private readonly Responder _wren;
    private readonly Responder _robin;

    public SeveralLaptopsTests()
    {
        _http = _second.Far(() => new TinyHttpServer(new IPEndPoint(IPAddress.IPv6Any, 0)));
        _laptop = new ScriptedLaptop(_http);
        _wren = _first.Far(() => new Responder(_laptop.Key, bootPort: 1) { Sleeps = true });
        _robin = _second.Far(() => new Responder(_laptop.Key, _laptop.Port) { Sleeps = true, Laptop = s_robin });
        _first.RaiseFar();
        _second.RaiseFar();
    }

    public void Dispose()
    {
        _wren.Dispose();
        _robin.Dispose();
        _laptop.Dispose();
        _first.Dispose();
        _second.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Boot_TwoSleepAndNobodyIsAtTheConsole_CallsNoneAndNamesBoth()
    {
        // However slowly the second cable comes up: the client collects answers for a moment only.
        _wren.Answers = _robin.Answers = () => _wren.Questions > 0 && _robin.Questions > 0;
        var run = await BootAsync();

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("several laptops run their own system and know this key: robin (id fedcba98), wren (id 01234567); none was called: name one with --laptop NAME", run.Errors, StringComparison.Ordinal);
        Assert.Equal((0, 0), (_wren.Wakes, _robin.Wakes));
    }

    [Theory]
    [InlineData("robin")]
    [InlineData("fedc")]
    public async Task Boot_TwoSleepAndOneIsNamed_CallsThatAloneAndBootsFromIt(string name)
    {
        var boot = BootAsync("--laptop", name);
        await WaitAsync(() => _robin.Wakes > 0);
        // Another desktop has called the other laptop, which serves first.
        _wren.Sleeps = false;
        var asked = _wren.Questions;
        await WaitAsync(() => _wren.Questions > asked + 1);
        _robin.Sleeps = false;
        var run = await boot;

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(0, _wren.Wakes);
        Assert.Matches("the laptop robin .* runs its own system: called it", run.Output);
        Assert.Contains("wren (id 01234567) at ", run.Output, StringComparison.Ordinal);
        Assert.Contains("is not the one that is wanted", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"phase found\n  .* by robin0 \(after [0-9.]+ s\)\n", run.Output);
    }

    [Fact]
    public async Task Boot_OneServesAndOneSleeps_TakesTheOneThatServes()
    {
        _robin.Sleeps = false;
        _wren.Answers = _robin.Answers = () => _wren.Questions > 0 && _robin.Questions > 0;
        var run = await BootAsync();

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(0, _wren.Wakes);
        Assert.Matches(@"phase found\n  .* by robin0 \(after [0-9.]+ s\)\n", run.Output);
    }

    [Fact]
    public async Task Boot_OneLaptopAnswersByTwoCables_IsCalledWithoutAQuestion()
    {
        _wren.Laptop = s_robin;
        var boot = BootAsync();
        await WaitAsync(() => _robin.Wakes + _wren.Wakes > 0);
        (_robin.Sleeps, _wren.Reply) = (false, _ => []);
        _wren.Sleeps = false;
        var run = await boot;

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.True(_wren.Wakes == 0 || _robin.Wakes == 0, $"{_wren.Wakes} calls by one cable, {_robin.Wakes} by the other");
    }

    [Fact]
    public async Task Boot_LaptopNamedTogetherWithAServer_IsWrongUsage()
    {
        var run = await BootAsync("--laptop", "robin", "--server", "127.0.0.1");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("leave one of them out", run.Errors, StringComparison.Ordinal);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeLimit.Seconds(20));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private Task<ClientRun> BootAsync(params string[] options)
    {
        File.WriteAllText(_directory.File("attach"), "x");
        var key = ClientRun.WriteKey(_directory.File("cable.key"), _laptop.Secret);
        return ClientRun.StartAsync(["boot", "--once", "--until-loading", "--key", key, "--attach", _directory.File("attach"), .. options]);
    }
}
