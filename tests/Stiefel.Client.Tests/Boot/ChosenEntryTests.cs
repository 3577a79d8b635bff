using System.Text;
using System.Text.Json;
using Stiefel.Client.Boot;
using Stiefel.Client.Screen;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Tests.Screen;
using Stiefel.Client.Unlocking;
using Stiefel.Protocol.Boot;
using Xunit;

namespace Stiefel.Client.Tests.Boot;

/// <summary>Tests a boot in which the person at the console chooses another kernel and adds an argument.</summary>
public sealed class ChosenEntryTests : IDisposable
{
    private static readonly EntryChoice[] s_entries = [new("1111111111111111", "Debian", "6.1.0-test"), new("2222222222222222", "Debian, old", "5.10.0-test")];

    private readonly ScriptedLaptop _laptop = new();
    private readonly Keyboard _keyboard = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _said = [];

    public ChosenEntryTests()
    {
        _laptop.Manifest = _laptop.Manifest with { Menu = new EntryMenu(s_entries[0].Id, 60, s_entries) };
        _laptop.Contents["/v1/entry"] = JsonSerializer.SerializeToUtf8Bytes(
            _laptop.Manifest with { CommandLine = "root=UUID=old ro", Menu = new EntryMenu(s_entries[1].Id, 60, s_entries) }, ProtocolJson.Default.BootManifest);
    }

    public void Dispose()
    {
        _laptop.Dispose();
        _keyboard.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Boot_AnotherEntryAndAnArgument_AreBooted()
    {
        await BootAsync("2 nomodeset");
        Assert.Equal("""{"id":"2222222222222222"}""", Encoding.UTF8.GetString(_laptop.Bodies["/v1/entry"]));
        Assert.Contains("stiefel: phase chosen", _said);
        Assert.Contains(_said, line => line.StartsWith("  kernel arguments: root=UUID=old ro nomodeset rdinit=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Boot_ArgumentAlone_IsAddedToTheUsualEntry()
    {
        await BootAsync("systemd.unit=rescue.target");
        Assert.DoesNotContain("/v1/entry", _laptop.Requests);
        Assert.Contains(_said, line => line.StartsWith("  kernel arguments: ", StringComparison.Ordinal) && line.Contains(" systemd.unit=rescue.target", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Boot_EntryIsGoneMeanwhile_AsksAgain()
    {
        _laptop.Refusals["/v1/entry"] = new Refusal(RefusalCodes.NoSuchEntry, "choose again");
        using var passphrase = new LaptopPassphrase();
        var boot = Sequence(passphrase, "2", "2");
        Assert.Equal(RefusalCodes.NoSuchEntry, (await Assert.ThrowsAsync<RefusalException>(() => boot.RunAsync(TestContext.Current.CancellationToken))).Refusal.Code);
        await boot.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, _said.Count(line => line.Contains("Enter: choose from 2 entries", StringComparison.Ordinal)));
    }

    private async Task BootAsync(string typed)
    {
        using var passphrase = new LaptopPassphrase();
        await Sequence(passphrase, typed).RunAsync(TestContext.Current.CancellationToken);
    }

    private BootSequence Sequence(LaptopPassphrase passphrase, params string[] typed)
    {
        var answers = new Queue<string>(typed);
        var screen = new BootScreen(new Listener(line =>
        {
            _said.Add(line);
            if (line.Contains("; Enter: choose", StringComparison.Ordinal))
            {
                _keyboard.Type(answers.Dequeue());
            }
        }), canRedraw: false, TimeProvider.System);
        File.WriteAllText(_directory.File("attach"), "a program");
        var options = new BootSequenceOptions { KeyFile = "", Server = System.Net.IPEndPoint.Parse(_laptop.Address), AttachFile = _directory.File("attach"), UntilLoading = true, Once = true };
        return new BootSequence(options, _laptop.Key, screen, new ConsolePerson(screen, _keyboard.Terminal), passphrase);
    }

    private sealed class Listener(Action<string> heard) : StringWriter
    {
        public override void WriteLine(string? value) => heard(value!);
    }
}
