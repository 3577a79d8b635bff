using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Stiefel.Cli.Verbs;
using Stiefel.Keys;
using Stiefel.Linux.Devices;

namespace Stiefel.Cli.Keys;

/// <summary>`stiefel key seal`: a copy of a key for a stick, under a passphrase that is asked for on the desktop.</summary>
internal static class KeySealVerb
{
    /// <summary>Shorter ones are guessed whatever a guess costs.</summary>
    public const int LeastPassphraseBytes = 8;

    public static Command Build()
    {
        Argument<string?> name = KeyVerb.OptionalName();
        var target = new Option<string>("--out") { HelpName = "FILE", Description = "Where the sealed copy goes, for `setup-client-usbdrive --key`", Required = true };
        var passphrase = new Option<string?>("--passphrase-file") { HelpName = "FILE", Description = "The passphrase is this file's first line [else it is asked for]" };
        Option<string> directory = KeyVerb.DirectoryOption();
        var command = new Command("seal", "Write a copy of a key that only opens with a passphrase, for a stick that may be lost") { name, target, passphrase, directory };
        command.SetAction(parsed =>
        {
            using StoredKey stored = new KeyDirectory(parsed.GetRequiredValue(directory)).Load(parsed.GetValue(name));
            using (stored.Open())
            {
                // It is a key, and not sealed yet.
            }

            TextWriter output = parsed.InvocationConfiguration.Output;
            byte[] words = parsed.GetValue(passphrase) is { } file ? FirstLine(file) : Ask(output);
            try
            {
                CheckLength(words);
                string path = parsed.GetRequiredValue(target);
                string text = SealedKey.Seal(stored.Content, words, PassphraseCost.Usual).Format();
                PrivateFile.Create(path, Encoding.ASCII.GetBytes(text), $"{path} exists already; nothing was written");
                output.WriteLine($"sealed {stored.Name} into {path}");
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
            throw new UsageException("nobody is there to be asked for the passphrase; say --passphrase-file FILE");
        }

        byte[] first = TypedSecret.Read("Passphrase (the desktop's keyboard will be American): ", output, SealedKey.MaxPassphraseBytes);
        byte[] second = TypedSecret.Read("The same again: ", output, SealedKey.MaxPassphraseBytes);
        bool same = CryptographicOperations.FixedTimeEquals(first, second);
        CryptographicOperations.ZeroMemory(second);
        if (!same)
        {
            CryptographicOperations.ZeroMemory(first);
            throw new UsageException("the two differ; nothing was written");
        }

        return first;
    }

    private static byte[] FirstLine(string file)
    {
        byte[] all = File.ReadAllBytes(file);
        int end = all.AsSpan().IndexOf((byte)'\n');
        byte[] line = end < 0 ? [.. all] : all[..end];
        CryptographicOperations.ZeroMemory(all);
        return line;
    }

    private static void CheckLength(byte[] passphrase)
    {
        if (passphrase.Length is < LeastPassphraseBytes or > SealedKey.MaxPassphraseBytes)
        {
            throw new UsageException($"the passphrase has {passphrase.Length} bytes; {LeastPassphraseBytes} to {SealedKey.MaxPassphraseBytes} can be, four words are good");
        }
    }
}
