using System.Net;
using Stiefel.Client.Boot;
using Stiefel.Client.Memory;
using Stiefel.Client.Screen;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Tests.Screen;
using Stiefel.Client.Tests.Search;
using Stiefel.Client.Unlocking;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Stick;
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
    public async Task Boot_TwoServe_ThePersonsChoiceIsTheFirstNextTime()
    {
        var memory = StickMemory.Make();
        var drive = _directory.File("stick.img");
        await File.WriteAllBytesAsync(drive, [.. new byte[StickMemory.Offset], .. memory.ToSector()], TestContext.Current.CancellationToken);
        var last = new LastLaptop(_laptop.Key, memory.Number, () => [drive]);
        _wren.Sleeps = _robin.Sleeps = false;
        _robin.Laptop = LaptopIdentity.Of("fedcba9876543210", "zeisig");
        _wren.Answers = _robin.Answers = () => _wren.Questions > 0 && _robin.Questions > 0;
        _first.RaiseNear();
        _second.RaiseNear();

        using var keyboard = new Keyboard();
        Assert.Matches(@"key:\n   1  wren \(id 01234567\)\n   2  zeisig \(id fedcba98\)\n[\s\S]*phase found\n  .* by robin0", await BootAsync(last, keyboard));
        Assert.Matches(@"key:\n   1  zeisig \(id fedcba98\), booted last\n   2  wren \(id 01234567\)\n  taking the first[\s\S]*phase found\n  .* by robin0", await BootAsync(last, keyboard: null));
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

    /// <summary>Boots up to the loading of the kernel; a person who is there types 2. Returns what the screen shows.</summary>
    private async Task<string> BootAsync(LastLaptop last, Keyboard? keyboard)
    {
        File.WriteAllText(_directory.File("attach"), "x");
        using var output = new Listener(line =>
        {
            if (line.Contains("number of the one to boot from", StringComparison.Ordinal))
            {
                keyboard!.Type("2");
            }
        });
        var screen = new BootScreen(output, canRedraw: false, TimeProvider.System);
        using var passphrase = new LaptopPassphrase();
        var options = new BootSequenceOptions { AttachFile = _directory.File("attach"), UntilLoading = true, Once = true };
        var person = keyboard is null ? null : new ConsolePerson(screen, keyboard.Terminal);
        await new BootSequence(options, _laptop.Key, screen, person, passphrase, last).RunAsync(TestContext.Current.CancellationToken);
        return output.ToString();
    }

    private Task<ClientRun> BootAsync(params string[] options)
    {
        File.WriteAllText(_directory.File("attach"), "x");
        var key = ClientRun.WriteKey(_directory.File("cable.key"), _laptop.Secret);
        return ClientRun.StartAsync(["boot", "--once", "--until-loading", "--key", key, "--attach", _directory.File("attach"), .. options]);
    }

    private sealed class Listener(Action<string> heard) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            heard(value!);
        }
    }
}
