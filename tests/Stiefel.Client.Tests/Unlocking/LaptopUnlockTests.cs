using System.Net;
using System.Text;
using System.Text.Json;
using Stiefel.Client.Failures;
using Stiefel.Client.Laptop;
using Stiefel.Client.Search;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Unlocking;
using Stiefel.Protocol.Boot;
using Xunit;

namespace Stiefel.Client.Tests.Unlocking;

/// <summary>Tests unlocking an encrypted laptop: whether and how often the person is asked, and what happens to the answer.</summary>
public sealed class LaptopUnlockTests : IDisposable
{
    private readonly ScriptedLaptop _laptop = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly BootManifest _whole;
    private readonly List<string> _said = [];

    public LaptopUnlockTests()
    {
        _whole = _laptop.Manifest;
        _laptop.Manifest = BootManifest.ForLocked(new LockedBoot("/dev/sda3", "home", "uuid-1", MayHandOver: true), "testtop", new LinkParameters());
        Answer(triesLeft: 2);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _laptop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Run_WrongThenRight_AsksAgainAndKeepsTheRightOne()
    {
        var person = new ScriptedPerson("wrong one", "right one");
        using var passphrase = new LaptopPassphrase();
        using var client = await ConnectAsync();
        await new LaptopUnlock(passphrase, person, line =>
        {
            _said.Add(line);
            Answer(triesLeft: 2, _whole);
        }).RunAsync(client, null, Token);

        Assert.Equal(["  that is not it; 2 tries left"], _said);
        Assert.All(person.Given[0], letter => Assert.Equal(0, letter));
        Assert.Equal("right one", Encoding.UTF8.GetString(passphrase.ForPayload!));
        Assert.Equal(_whole.CommandLine, client.Manifest.CommandLine);
        Assert.Equal("right one", Encoding.UTF8.GetString(_laptop.Bodies["/v1/unlock"]));
        passphrase.Dispose();
        Assert.All(person.Given[1], letter => Assert.Equal(0, letter));
    }

    [Fact]
    public async Task Run_SameLaptopAgain_AsksNobody()
    {
        using var passphrase = new LaptopPassphrase();
        Answer(triesLeft: 3, _whole);
        foreach (var person in new[] { new ScriptedPerson("right one"), new ScriptedPerson() })
        {
            using var client = await ConnectAsync();
            await new LaptopUnlock(passphrase, person, _said.Add).RunAsync(client, null, Token);
        }

        Assert.Equal(2, _laptop.Requests.Count);
    }

    [Fact]
    public async Task Run_AnotherLaptop_GetsNotThePassphraseOfTheLast()
    {
        using var passphrase = new LaptopPassphrase();
        Answer(triesLeft: 3, _whole);
        using (var client = await ConnectAsync())
        {
            await new LaptopUnlock(passphrase, new ScriptedPerson("of the first"), _said.Add).RunAsync(client, null, Token);
        }

        _laptop.Manifest = BootManifest.ForLocked(new LockedBoot("/dev/sda3", "", "uuid-2", MayHandOver: false), "other", new LinkParameters());
        using var other = await ConnectAsync();
        await new LaptopUnlock(passphrase, new ScriptedPerson("of the second"), _said.Add).RunAsync(other, null, Token);
        Assert.Equal("of the second", Encoding.UTF8.GetString(_laptop.Bodies["/v1/unlock"]));
        Assert.NotNull(passphrase.Bytes);
        Assert.Null(passphrase.ForPayload);
    }

    [Fact]
    public async Task Run_SameUuidAtAnotherAddress_IsAskedAgain()
    {
        using var copycat = new ScriptedLaptop { Manifest = _laptop.Manifest };
        Answer(triesLeft: 3, _whole);
        copycat.Contents["/v1/unlock"] = _laptop.Contents["/v1/unlock"];
        using var passphrase = new LaptopPassphrase();
        foreach (var (laptop, typed) in new[] { (_laptop, "of the first"), (copycat, "of the second") })
        {
            using var client = await ConnectAsync(laptop);
            await new LaptopUnlock(passphrase, new ScriptedPerson(typed), _said.Add).RunAsync(client, null, Token);
            Assert.Equal(typed, Encoding.UTF8.GetString(laptop.Bodies["/v1/unlock"]));
        }
    }

    [Fact]
    public async Task Run_NoUuid_IsAskedAgain()
    {
        _laptop.Manifest = BootManifest.ForLocked(new LockedBoot("/dev/sda3", "home", "", MayHandOver: true), "testtop", new LinkParameters());
        Answer(triesLeft: 3, _whole);
        using var passphrase = new LaptopPassphrase();
        foreach (var typed in new[] { "of the first", "of the second" })
        {
            using var client = await ConnectAsync();
            await new LaptopUnlock(passphrase, new ScriptedPerson(typed), _said.Add).RunAsync(client, null, Token);
            Assert.Equal(typed, Encoding.UTF8.GetString(_laptop.Bodies["/v1/unlock"]));
        }
    }

    [Fact]
    public async Task Run_NoTriesLeft_EndsTheSession()
    {
        Answer(triesLeft: 0);
        using var passphrase = new LaptopPassphrase();
        using var client = await ConnectAsync();
        await Assert.ThrowsAsync<ServerException>(() => new LaptopUnlock(passphrase, new ScriptedPerson("x"), _said.Add).RunAsync(client, null, Token));
        Assert.Null(passphrase.Bytes);
    }

    [Fact]
    public async Task Verbs_NobodyThere_RefuseWithAHint()
    {
        var run = await FetchAsync();
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("/dev/sda3 of the laptop is locked, and there is no terminal", run.Errors);
        Assert.Contains("--passphrase-fd", run.Errors);
        Assert.DoesNotContain("/v1/unlock", _laptop.Requests);
    }

    [Theory]
    [InlineData("right one\n", "right one")]
    [InlineData("two\nlines\n\n", "two\nlines\n")]
    public async Task Fetch_PassphraseFromDescriptor_UnlocksAndDownloads(string input, string sent)
    {
        Answer(triesLeft: 3, _whole);
        var run = await FetchWithAsync(input);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(sent, Encoding.UTF8.GetString(_laptop.Bodies["/v1/unlock"]));
        Assert.Equal(_laptop.Kernel, await File.ReadAllBytesAsync(_directory.File("out/kernel"), Token));
        Assert.DoesNotContain("right one", run.Output);
    }

    [Fact]
    public async Task Fetch_WrongPassphraseFromDescriptor_IsTriedOnce()
    {
        var run = await FetchWithAsync("wrong");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("the passphrase does not open /dev/sda3", run.Errors);
        Assert.Equal(["/v1/unlock"], _laptop.Requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(514)]
    public async Task Fetch_DescriptorWithNoPassphrase_IsWrongUsage(int length)
    {
        var run = await FetchWithAsync(new string('x', length));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("a passphrase has 1 to 512 bytes", run.Errors);
    }

    [Fact]
    public async Task Connect_LockedLaptopWithAnUnknownLink_IsRefusedBeforeAnybodyTypes()
    {
        _laptop.Manifest = _laptop.Manifest with { Link = new LinkParameters { Protection = "pigeons" } };
        Assert.Contains("`pigeons`, which this client cannot do", (await FetchAsync()).Errors);
    }

    [Fact]
    public async Task Connect_LockedLaptop_ShowsWhatIsLocked()
    {
        var run = await ClientRun.StartAsync("discover", "--server", _laptop.Address, "--key", KeyFile());
        Assert.Contains("/dev/sda3 (home) of testtop is locked", run.Output);
    }

    private void Answer(int triesLeft, BootManifest? manifest = null) =>
        _laptop.Contents["/v1/unlock"] = JsonSerializer.SerializeToUtf8Bytes(new UnlockAnswer { Manifest = manifest, TriesLeft = triesLeft }, ProtocolJson.Default.UnlockAnswer);

    private Task<BootClient> ConnectAsync(ScriptedLaptop? laptop = null)
    {
        laptop ??= _laptop;
        return BootClient.ConnectAsync(FoundServer.AtAddress(new IPEndPoint(IPAddress.Loopback, laptop.Port)), laptop.Key, Token);
    }

    private async Task<ClientRun> FetchWithAsync(string input)
    {
        var path = _directory.File("given");
        await File.WriteAllTextAsync(path, input, Token);
        using var file = File.OpenHandle(path);
        var descriptor = file.DangerousGetHandle().ToString(System.Globalization.CultureInfo.InvariantCulture);
        return await FetchAsync("--passphrase-fd", descriptor);
    }

    private Task<ClientRun> FetchAsync(params string[] more) =>
        ClientRun.StartAsync(["fetch", "--server", _laptop.Address, "--key", KeyFile(), "--out", _directory.File("out"), .. more]);

    private string KeyFile() => ClientRun.WriteKey(_directory.File("stick.key"), _laptop.Secret);
}
