using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Devices;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel key seal`: writes a copy of a key for a stick, sealed under a passphrase that the desktop asks for.</summary>
internal static class KeySealVerb
{
    /// <summary>Shortest accepted passphrase: anything shorter can be guessed, however costly each guess is.</summary>
    public const int LeastPassphraseBytes = 8;

    public static Command Build()
    {
        var name = KeyVerb.OptionalName();
        var target = new Option<string>("--out") { HelpName = "FILE", Description = "Write the sealed copy here, for `setup-client-usbdrive --key`", Required = true };
        var passphrase = new Option<string?>("--passphrase-file") { HelpName = "FILE", Description = "Take the passphrase from the first line of this file [ask for it]" };
        var directory = KeyVerb.DirectoryOption();
        var json = JsonLine.Option();
        var command = new Command("seal", "Write a copy of a key that opens only with a passphrase, for a stick that may get lost") { name, target, passphrase, directory, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(target);
            CheckTarget(path);
            using var stored = new KeyDirectory(parsed.GetRequiredValue(directory)).Load(parsed.GetValue(name));
            using (stored.Open())
            {
                // Throws unless the file holds a key that is not sealed yet.
            }

            var output = parsed.InvocationConfiguration.Output;
            var words = parsed.GetValue(passphrase) is { } file ? FirstLine(file) : Ask(parsed.GetValue(json) ? parsed.InvocationConfiguration.Error : output);
            try
            {
                CheckLength(words);
                var text = SealedKey.Seal(stored.Content, words, PassphraseCost.Usual).Format();
                PrivateFile.Create(path, Encoding.ASCII.GetBytes(text), $"{path} exists already; nothing was written");
                output.WriteLine(parsed.GetValue(json) ? JsonLine.Of(("name", stored.Name), ("file", path)) : $"sealed {stored.Name} into {path}");
            }
            finally
            {
                CryptographicOperations.ZeroMemory(words);
            }
        });
        return command.WithExamples(
            "stiefel key seal blue-stick --out blue-stick.key",
            "stiefel setup-client-usbdrive --image stick.img --key blue-stick.key");
    }

    private static byte[] Ask(TextWriter output)
    {
        if (!TypedSecret.IsPossible)
        {
            throw new UsageException("cannot ask for the passphrase without a terminal; use --passphrase-file FILE");
        }

        var first = TypedSecret.Read("Passphrase (the desktop's keyboard will be American): ", output, SealedKey.MaxPassphraseBytes);
        var second = TypedSecret.Read("The same again: ", output, SealedKey.MaxPassphraseBytes);
        var same = CryptographicOperations.FixedTimeEquals(first, second);
        CryptographicOperations.ZeroMemory(second);
        if (!same)
        {
            CryptographicOperations.ZeroMemory(first);
            throw new UsageException("the two passphrases differ; nothing was written");
        }

        return first;
    }

    // Check the target before asking for a passphrase, so that nobody types one in vain.
    private static void CheckTarget(string path)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(directory))
        {
            throw new UsageException($"--out {path}: there is no directory {directory}; make it first");
        }
    }

    private static byte[] FirstLine(string file)
    {
        byte[] all;
        try
        {
            all = File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(File.Exists(file)
                ? $"--passphrase-file {file}: {error.Message}"
                : $"--passphrase-file {file}: no such file; write the passphrase into it, or leave the option out to be asked for it");
        }

        var end = all.AsSpan().IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? all : all.AsSpan(0, end);
        // Some editors end lines with CR and LF; a CR could not be typed on the desktop.
        var words = (line.EndsWith("\r"u8) ? line[..^1] : line).ToArray();
        CryptographicOperations.ZeroMemory(all);
        return words;
    }

    private static void CheckLength(byte[] passphrase)
    {
        if (passphrase.Length is < LeastPassphraseBytes or > SealedKey.MaxPassphraseBytes)
        {
            throw new UsageException($"the passphrase has {passphrase.Length} bytes; use {LeastPassphraseBytes} to {SealedKey.MaxPassphraseBytes}, for example four random words");
        }
    }
}
