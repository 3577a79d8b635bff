using System.Text.RegularExpressions;
using Stiefel.EndToEnd.Packages;

namespace Stiefel.EndToEnd.Native;

public sealed class NativeBinaryTests
{
    private const double MiB = 1024 * 1024;

    /// <summary>The ramdisk's size is limited. Raise a limit only with a reason in the commit message.</summary>
    [Theory]
    [InlineData("stiefel-attach", 4)]
    [InlineData("stiefel-client", 16)]
    [InlineData("stiefel-server", 21.5)] // includes network boot and the status page
    [InlineData("stiefel", 16)]
    public void Binary_Published_StaysWithinItsBudget(string name, double limitMiB)
    {
        var size = new FileInfo(NativeProcess.Binary(name)).Length;
        Assert.True(size < limitMiB * MiB, $"{name} is {size / MiB:0.0} MiB; its budget is {limitMiB} MiB");
    }

    /// <summary>A payload's initramfs has no OpenSSL: the agent would crash at the first use of the runtime's cryptography.</summary>
    [Fact]
    public void Attach_Published_CallsNoOpenSsl() =>
        Assert.Equal(-1, File.ReadAllBytes(NativeProcess.Binary("stiefel-attach")).AsSpan().IndexOf("CryptoNative_"u8));

    [Theory]
    [InlineData("stiefel-client", "--help")]
    [InlineData("stiefel-attach", "--help")]
    public void StaticBinary_EmptyChroot_Runs(string name, string argument)
    {
        using var scratch = new Scratch();
        File.Copy(NativeProcess.Binary(name), scratch["program"]);
        var output = NativeProcess.Run(0, "/usr/sbin/chroot", scratch.Root, "/program", argument);
        Assert.Contains(name, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stiefel")]
    [InlineData("stiefel-client")]
    [InlineData("stiefel-server")]
    [InlineData("stiefel-attach")]
    public void Binary_AskedForItsVersion_SaysIt(string name)
    {
        var version = Regex.Match(File.ReadAllText(Path.Combine(BuiltPackage.Checkout, "Directory.Build.props")), "<Version>(.*)</Version>").Groups[1].Value;
        Assert.Matches($@"^{Regex.Escape(version)}(\+[0-9a-f]{{40}})?$", NativeProcess.Run(0, NativeProcess.Binary(name), "--version"));
    }

    [Fact]
    public void SetupServerOs_WithNobodyToAnswer_DoesNotWait()
    {
        using var scratch = new Scratch();
        Assert.Contains("use --yes", NativeProcess.Run(2, NativeProcess.Binary("stiefel"), "setup-server-os", "--root", scratch.Root), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stiefel")]
    [InlineData("stiefel-client")]
    public void Binary_UnknownOption_IsWrongUsage(string name)
    {
        var output = NativeProcess.Run(2, NativeProcess.Binary(name), "--no-such-option");
        Assert.Contains("--no-such-option", output, StringComparison.Ordinal);
    }
}
