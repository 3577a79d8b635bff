using System.Net;
using Microsoft.Win32.SafeHandles;
using Stiefel.Client.Boot;
using Stiefel.Client.Screen;
using Stiefel.Client.Tests.Laptop;
using Stiefel.Client.Unlocking;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Kexec;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Client.Tests.Boot;

/// <summary>Failures on the desktop come before the laptop grants its disk; a later failure gives the disk back.</summary>
public sealed class LocalFailureTests : IDisposable
{
    private static readonly string[] s_fetched = ["/v1/kernel", "/v1/initrd", "/v1/modules"];

    private readonly ScriptedLaptop _laptop = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _output = new();
    private readonly List<byte[]> _loaded = [];
    private readonly ScriptedKernel _kernel = new();

    public void Dispose()
    {
        _laptop.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Load_RefusedByTheKernel_AsksForNoDisk()
    {
        await FailAsync((_, _, _) => throw new LinuxException("kexec_file_load", Errno.EPERM));
        Assert.Equal(s_fetched, _laptop.Requests);
    }

    /// <summary>Uses the real kernel loader, which checks this before it does anything else.</summary>
    [Fact]
    public async Task CommandLine_LongerThanTheKernelTakes_AsksForNoDisk()
    {
        _laptop.Manifest = _laptop.Manifest with { CommandLine = new string('x', KexecImage.MaxCommandLineBytes) };
        var error = await FailAsync(KexecImage.Load);
        Assert.Contains($"at most {KexecImage.MaxCommandLineBytes} bytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(s_fetched, _laptop.Requests);
    }

    /// <summary>Everything but the data of the grant is loaded as a trial, and unloaded before the laptop is asked for its disk.</summary>
    [Fact]
    public async Task Load_BeforeTheDiskIsAskedFor_HasAllButTheSession()
    {
        await FailAsync((kernel, initrd, _) =>
        {
            Assert.Equal(_loaded.Count == 0 ? 0 : 1, _kernel.Unloaded);
            Assert.Equal(_loaded.Count > 0, _laptop.Requests.Contains("/v1/export"));
            return Keep(kernel, initrd);
        });

        Assert.Equal(2, _loaded.Count);
        Assert.Equal(_loaded[0], _loaded[1][.._loaded[0].Length]);
        Assert.True(_loaded[0].AsSpan().IndexOf("stiefel/init"u8) > 0 && _loaded[0].AsSpan().IndexOf("stiefel/session"u8) < 0);
        Assert.True(_loaded[1].AsSpan().IndexOf("stiefel/session"u8) > 0);
    }

    [Fact]
    public async Task Load_RefusedAfterTheGrant_GivesTheDiskBack()
    {
        await FailAsync((kernel, initrd, _) => _loaded.Count == 0 ? Keep(kernel, initrd) : throw new LinuxException("kexec_file_load", Errno.ENOMEM));
        Assert.Equal([.. s_fetched, "/v1/export", "/v1/release"], _laptop.Requests);
        Assert.Contains("the disk was given back to the laptop, unused", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_Refused_GivesTheDiskBack()
    {
        await FailAsync((kernel, initrd, _) => Keep(kernel, initrd));
        Assert.Equal([.. s_fetched, "/v1/export", "/v1/release"], _laptop.Requests);
        Assert.Equal(2, _kernel.Unloaded);
    }

    [Fact]
    public async Task Grant_WithoutTheTunnelThatWasAnnounced_IsGivenBack()
    {
        _laptop.Manifest = _laptop.Manifest with { Link = new LinkParameters { Protection = "wireguard" } };
        await FailAsync((kernel, initrd, _) => Keep(kernel, initrd));
        Assert.Equal([.. s_fetched, "/v1/export", "/v1/release"], _laptop.Requests);
    }

    [Fact]
    public async Task Fetch_FailsAfterTheDiskWasTakenOver_GivesItBack()
    {
        _laptop.Refusals["/v1/kernel"] = new Refusal(RefusalCodes.DiskInUse, "desktop fe80::9 uses the disk");
        _laptop.Refusals["/v1/initrd"] = new Refusal(RefusalCodes.Failed, "the disk is gone");
        await FailAsync((kernel, initrd, _) => Keep(kernel, initrd), takeOver: true);
        Assert.Equal(["/v1/kernel", "/v1/export", "/v1/kernel", "/v1/initrd", "/v1/release"], _laptop.Requests);
    }

    /// <summary>Without an answer, the disk may have been granted.</summary>
    [Fact]
    public async Task Grant_AnswerNotUnderstood_IsGivenBack()
    {
        _laptop.Contents["/v1/export"] = "[]"u8.ToArray();
        await FailAsync((kernel, initrd, _) => Keep(kernel, initrd));
        Assert.Equal([.. s_fetched, "/v1/export", "/v1/release"], _laptop.Requests);
    }

    [Fact]
    public async Task Grant_Refused_HasNothingToGiveBack()
    {
        _laptop.Refusals["/v1/export"] = new Refusal(RefusalCodes.DiskInUse, "desktop fe80::9 uses the disk");
        await FailAsync((kernel, initrd, _) => Keep(kernel, initrd));
        Assert.Equal([.. s_fetched, "/v1/export"], _laptop.Requests);
    }

    [Fact]
    public async Task Release_LaptopDoesNotKnowIt_SaysThatTheDiskIsKept()
    {
        _laptop.Statuses["/v1/release"] = 404;
        var error = await FailAsync((kernel, initrd, _) => Keep(kernel, initrd));
        Assert.Contains("reboot", error.Message, StringComparison.Ordinal);
        Assert.Contains("asks before it gives it to another desktop", _output.ToString(), StringComparison.Ordinal);
    }

    private ScriptedKernel Keep(SafeFileHandle kernel, SafeFileHandle initrd)
    {
        Assert.Equal(_laptop.Kernel.Length, RandomAccess.GetLength(kernel));
        var bytes = new byte[RandomAccess.GetLength(initrd)];
        Assert.Equal(bytes.Length, RandomAccess.Read(initrd, bytes, 0));
        _loaded.Add(bytes);
        return _kernel;
    }

    private async Task<Exception> FailAsync(Func<SafeFileHandle, SafeFileHandle, string, ILoadedKernel> load, bool takeOver = false)
    {
        File.WriteAllText(_directory.File("attach"), "the program");
        using var key = SharedKey.FromBytes(_laptop.Secret, "stick");
        using var passphrase = new LaptopPassphrase();
        var options = new BootSequenceOptions { AttachFile = _directory.File("attach"), Server = IPEndPoint.Parse(_laptop.Address), TakeOver = takeOver, Once = true };
        var boot = new BootSequence(options, key, new BootScreen(_output, canRedraw: false, TimeProvider.System), person: null, passphrase) { Load = load, Start = kernel => kernel.Execute() };
        return Assert.IsAssignableFrom<Exception>(await Record.ExceptionAsync(() => boot.RunAsync(TestContext.Current.CancellationToken)));
    }
}
