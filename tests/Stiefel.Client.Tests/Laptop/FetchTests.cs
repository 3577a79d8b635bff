using System.Net;
using CsCheck;
using Stiefel.Protocol.Boot;
using Xunit;

namespace Stiefel.Client.Tests.Laptop;

/// <summary>Tests `fetch` against a laptop that may be hostile, broken or unwilling: one line always tells the failure, and no incomplete file is left.</summary>
public sealed class FetchTests : IDisposable
{
    private static readonly string[] s_fetched = ["/v1/discovery", "/v1/kernel", "/v1/initrd"];

    private readonly ScriptedLaptop _laptop = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _laptop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Fetch_HonestLaptop_WritesKernelInitrdAndCommandLine()
    {
        var run = await FetchAsync();

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(_laptop.Kernel, File.ReadAllBytes(Out("kernel")));
        Assert.Equal(_laptop.Initrd, File.ReadAllBytes(Out("initrd")));
        Assert.Equal("root=/dev/sda2 ro quiet resume=/dev/sda3\n", File.ReadAllText(Out("cmdline")));
        Assert.Equal(["cmdline", "initrd", "kernel"], Directory.GetFiles(_directory.File("out")).Select(Path.GetFileName).Order());
        Assert.Equal(["/v1/kernel", "/v1/initrd"], _laptop.Requests);
        Assert.Contains("Debian GNU/Linux 12 of testtop, kernel 6.1.0-test (0.3 MB), initrd 1.0 MB", run.Output);
        Assert.Contains("initrd: 1.0 MB in", run.Output);
    }

    [Fact]
    public async Task Fetch_AgainOverOldFiles_ReplacesThem()
    {
        await FetchAsync();
        File.WriteAllText(Out("initrd"), "old");
        Assert.Equal(0, (await FetchAsync()).ExitCode);
        Assert.Equal(_laptop.Initrd, File.ReadAllBytes(Out("initrd")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40_000)]
    [InlineData(600_000)]
    public async Task Fetch_AnswerCutShort_IsRefused(int missing)
    {
        _laptop.Tampering["/v1/initrd"] = answer => answer[..^missing];
        await AssertRefusedAsync("initrd", "cut short");
    }

    [Fact]
    public async Task Fetch_OneBitFlipped_IsRefused()
    {
        _laptop.Tampering["/v1/initrd"] = answer =>
        {
            answer[500_000] ^= 1;
            return answer;
        };
        await AssertRefusedAsync("initrd", "forged, damaged");
    }

    [Fact]
    public async Task Fetch_BytesAfterTheEnd_AreRefused()
    {
        _laptop.Tampering["/v1/initrd"] = answer => [.. answer, 0];
        await AssertRefusedAsync("initrd", "bytes follow");
    }

    [Fact]
    public async Task Fetch_AnswerOfAnotherRequest_IsRefused()
    {
        byte[] kernelAnswer = [];
        _laptop.Tampering["/v1/kernel"] = answer => kernelAnswer = answer;
        _laptop.Tampering["/v1/initrd"] = _ => kernelAnswer;
        await AssertRefusedAsync("initrd", "sealed under another key");
    }

    [Fact]
    public async Task Fetch_ContentOfAnotherHash_IsRefused()
    {
        _laptop.Contents["/v1/initrd"] = new byte[_laptop.Initrd.Length];
        await AssertRefusedAsync("initrd", "SHA-256");
    }

    [Theory]
    [InlineData(-1, "received only 1000001 of 1000002 announced bytes")]
    [InlineData(+1, "received more than the expected 1000002 bytes")]
    [InlineData(5_000_000, "received more than the expected 1000002 bytes")]
    public async Task Fetch_ContentOfAnotherLength_IsRefused(int difference, string expected)
    {
        _laptop.Contents["/v1/initrd"] = new byte[_laptop.Initrd.Length + difference];
        await AssertRefusedAsync("initrd", expected);
    }

    [Fact]
    public async Task Fetch_SealedRefusal_IsShownWithoutItsControlCharacters()
    {
        _laptop.Refusals["/v1/kernel"] = new Refusal(RefusalCodes.NoBootFiles, "no kernel\u001b[2J on /dev/sda: insert a disk");
        await AssertRefusedAsync("kernel", "the laptop refuses: no kernel?[2J on /dev/sda: insert a disk");
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(-5L)]
    [InlineData(1L << 40)]
    public async Task Fetch_AbsurdSizeAnnounced_IsRefusedBeforeAnythingIsFetched(long size)
    {
        _laptop.Manifest = _laptop.Manifest with { Initrd = new BootFile(size, new string('0', 64)) };
        await AssertRefusedAsync("initrd", $"initrd of {size} bytes");
        Assert.Empty(_laptop.Requests);
    }

    [Fact]
    public async Task Fetch_UnknownKey_SaysThatTheKeyIsUnknown()
    {
        var foreign = ClientRun.WriteKey(_directory.File("foreign.key"), new byte[32]);
        var run = await ClientRun.StartAsync("fetch", "--server", _laptop.Address, "--key", foreign, "--out", _directory.File("out"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("does not know the key `foreign`", run.Errors);
        Assert.Empty(_laptop.Requests);
    }

    [Theory]
    [InlineData("/v1/discovery", 404, "it is not a stiefel-server")]
    [InlineData("/v1/discovery", 302, "HTTP status 302")]
    [InlineData("/v1/kernel", 403, "no longer knows this session")]
    [InlineData("/v1/kernel", 500, "HTTP status 500")]
    public async Task Fetch_HttpError_IsExplained(string path, int status, string expected)
    {
        _laptop.Statuses[path] = status;
        await AssertRefusedAsync("kernel", expected);
    }

    [Fact]
    public async Task Fetch_StatusLineWithEscapes_IsShownWithoutThem()
    {
        using var stranger = new TinyHttpServer(new IPEndPoint(IPAddress.Loopback, 0)) { StatusLine = "\u001b[2Jall is well\u009b31m" };
        var key = ClientRun.WriteKey(_directory.File("stick.key"), _laptop.Secret);
        var run = await ClientRun.StartAsync("fetch", "--server", $"127.0.0.1:{stranger.Port}", "--key", key, "--out", _directory.File("out"));
        Assert.Contains("?[2Jall is well", run.Errors);
        Assert.DoesNotContain(run.Errors.TrimEnd('\n'), char.IsControl);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1_000_000)]
    public async Task Fetch_ForgedHello_IsRefused(int length)
    {
        _laptop.Tampering["/v1/discovery"] = _ => new byte[length];
        await AssertRefusedAsync("kernel", "hello");
    }

    [Fact]
    public async Task Fetch_NobodyListens_SaysSo()
    {
        _laptop.Dispose();
        await AssertRefusedAsync("kernel", $"no connection to the laptop at {_laptop.Address}: Connection refused");
    }

    /// <summary>However the bytes of an answer are changed, either the files are right, or the run fails and leaves no wrong file.</summary>
    [Fact]
    public async Task Fetch_AnyMutationOfAnyAnswer_LeavesNoWrongFile()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_N"), out var wanted) ? wanted : 60;
        var mutation = Gen.Select(Gen.Int[0, 2].Select(i => s_fetched[i]), Gen.Int[0, 2], Gen.Double[0, 0.9999], Gen.Byte[1, 255]);
        await mutation.SampleAsync(async (path, kind, where, mask) =>
        {
            _laptop.Tampering.Clear();
            _laptop.Tampering[path] = answer => Mutate(answer, kind, (int)(where * answer.Length), mask);
            var run = await FetchAsync();
            Assert.Equal(1, run.ExitCode);
            Assert.False(File.Exists(Out("initrd")));
            Assert.True(!File.Exists(Out("kernel")) || File.ReadAllBytes(Out("kernel")).AsSpan().SequenceEqual(_laptop.Kernel));
        }, iter: count, threads: 1);
    }

    private static byte[] Mutate(byte[] answer, int kind, int where, byte mask)
    {
        byte[] mutated = [.. answer];
        mutated[where] ^= mask;
        return kind switch
        {
            0 => mutated,
            1 => answer[..where],
            _ => [.. answer[..where], mask, .. answer[where..]],
        };
    }

    private async Task AssertRefusedAsync(string missingFile, string expected)
    {
        var run = await FetchAsync();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(expected, run.Errors);
        Assert.Single(run.Errors.TrimEnd('\n').Split('\n'));
        Assert.False(File.Exists(Out(missingFile)));
        if (Directory.Exists(_directory.File("out")))
        {
            Assert.DoesNotContain(Directory.GetFiles(_directory.File("out")), file => Path.GetFileName(file).StartsWith('.'));
        }
    }

    private Task<ClientRun> FetchAsync()
    {
        var key = ClientRun.WriteKey(_directory.File("stick.key"), _laptop.Secret);
        return ClientRun.StartAsync("fetch", "--server", _laptop.Address, "--key", key, "--out", _directory.File("out"));
    }

    private string Out(string name) => Path.Combine(_directory.File("out"), name);
}
